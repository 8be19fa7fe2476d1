# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Resource Manager: one request in, one answer out."""

from __future__ import annotations

import math
import re
import typing as t

from tests.lab.azure import ids, questions, types, versions, writes
from tests.lab.azure.access import Access, linked
from tests.lab.azure.messages import Answer, Problem, Request
from tests.lab.azure.operations import Operation, Operations
from tests.lab.azure.paste import Body
from tests.lab.azure.paths import Target
from tests.lab.azure.questions import Questions
from tests.lab.azure.store import Store
from tests.lab.azure.world import AzureWorld

_MACHINES = "microsoft.compute/virtualmachines"
_QUESTIONS = {
    "effectiveroutetable": "microsoft.network/networkinterfaces",
    "effectivenetworksecuritygroups": "microsoft.network/networkinterfaces",
    "listnetworkmanagereffectivesecurityadminrules": "microsoft.network/virtualnetworks",
    "listdnsforwardingrulesets": "microsoft.network/virtualnetworks",
    "listdnsresolvers": "microsoft.network/virtualnetworks",
}


class Arm:
    """Resource Manager over one store."""

    def __init__(self, store: Store, world: AzureWorld, answers: Questions, operations: Operations) -> None:
        """Serve the resources of `store`."""
        self._store = store
        self._world = world
        self._answers = answers
        self._operations = operations
        self._access = Access(world)

    def handle(self, request: Request, target: Target, caller: Body, *, fate: str | None = None) -> Answer:
        """Answer a request of `caller`. `fate`: its operation is one that `never-finishes` or `fails`. Raises Problem."""
        if "api-version" not in request.query:
            raise Problem(
                400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required."
            )
        versions.check(target, request.query["api-version"], self._world.options.newest_api)
        if target.kind == "operation":
            return self._poll(request, target)
        if target.kind == "root":
            # Who may read none gets an empty list: https://learn.microsoft.com/rest/api/resources/subscriptions/list.
            names = [name for name in self._store.subscriptions() if self._access.may_read(caller, name)]
            return self._page(request, [self._subscription(name) for name in names])
        if target.subscription.lower() not in self._store.subscriptions():
            text = f"The subscription '{target.subscription}' could not be found."
            raise Problem(404, "SubscriptionNotFound", text)
        self._access.check(caller, target.action, target.scope)
        if target.kind == "action":
            return self._ask(request, target, fate=fate)
        if target.kind == "resource":
            return self._resource(request, target, caller, fate=fate)
        if request.method != "GET":
            raise Problem(405, "HttpMethodNotAllowed", f"The method {request.method} is not supported here.")
        return self._read(request, target)

    def _read(self, request: Request, target: Target) -> Answer:
        if target.kind == "subscription":
            return Answer(200, self._subscription(target.subscription.lower()))
        if target.kind == "tags":
            return Answer(200, self._answers.service_tags(target.subscription, target.word))
        if target.kind == "providers":
            entry = {
                "id": target.scope,
                "namespace": target.word,
                "registrationState": "Registered",
                "resourceTypes": [],
            }
            return Answer(200, entry)
        groups = [
            self._group(subscription, name)
            for (subscription, _key), name in self._store.groups.items()
            if subscription == target.subscription.lower() and name
        ]
        if target.kind == "groups":
            return self._page(request, groups)
        if target.group is not None and not any(group["name"].lower() == target.group.lower() for group in groups):
            raise Problem(404, "ResourceGroupNotFound", f"Resource group '{target.group}' could not be found.")
        if target.kind == "group":
            return Answer(200, next(group for group in groups if group["name"].lower() == str(target.group).lower()))
        return self._list(request, target)

    def _list(self, request: Request, target: Target) -> Answer:
        if target.resource is not None:
            if self._store.find(target.resource) is None:
                raise writes.not_found(target.resource)
            bodies = self._store.below(target.resource, target.word)
        else:
            bodies = self._top(request, target)
        return self._page(request, bodies, lambda body: self._shown(request, body))

    def _top(self, request: Request, target: Target) -> list[Body]:
        word = target.word.lower()
        wanted = re.search(r"resourceType eq '([^']+)'", request.query.get("$filter", ""), re.IGNORECASE)
        if target.kind == "all":
            kinds = [wanted.group(1).lower()] if wanted else list(self._store.kinds())
        else:
            unlisted = word in types.GROUP_ONLY and target.group is None
            if unlisted or (word not in types.KNOWN and not self._store.of_kind(word)):
                text = f"The resource type '{target.word}' could not be found or cannot be listed at this scope."
                raise Problem(404, "InvalidResourceType", text)
            kinds = [word]
        found = []
        for kind in kinds:
            for body in self._store.of_kind(kind):
                where = ids.parse(body["id"])
                if where is None or where.subscription.lower() != target.subscription.lower():
                    continue
                if target.group is None or (where.group or "").lower() == target.group.lower():
                    found.append(body)
        return found

    def _page(self, request: Request, items: list[Body], show: t.Callable[[Body], Body] | None = None) -> Answer:
        token = request.query.get("$skiptoken", "0")
        start = int(token) if token.isdigit() else 0
        end = start + self._world.options.page_size
        page = items[start:end]
        body: Body = {"value": [show(item) for item in page] if show else page}
        if end < len(items):
            query = {**request.query, "$skiptoken": str(end)}
            text = "&".join(f"{name}={value.replace(' ', '%20')}" for name, value in query.items())
            body["nextLink"] = f"{request.base}{request.path}?{text}"
        return Answer(200, body)

    def _shown(self, request: Request, stored: Body) -> Body:
        shown = versions.shown(self._store.view(stored), stored["type"], request.query["api-version"])
        if stored["type"].lower() == _MACHINES:
            expand = "instanceview" in request.query.get("$expand", "").lower()
            status_only = request.query.get("statusonly", "").lower() == "true"
            return questions.machine_view(shown, stored, expand=expand, status_only=status_only)
        where = ids.parse(stored["id"])
        running = self._operations.on(where.top.key) if where else None
        if where and running:
            for body in (shown, *(child for value in shown["properties"].values() for child in _children(value))):
                if ids.key(body.get("id")) in (running.target, running.busy):
                    body.setdefault("properties", {})["provisioningState"] = "Updating"
        return shown

    def _resource(self, request: Request, target: Target, caller: Body, *, fate: str | None) -> Answer:
        resource_id = target.resource
        assert resource_id is not None
        if request.method == "GET":
            if target.word == "instanceView":
                machine = self._store.find(resource_id)
                if machine is None:
                    raise writes.not_found(resource_id)
                return Answer(200, questions.instance_view(machine))
            with self._store.lock:
                stored = self._store.find(resource_id)
                if stored is None:
                    raise writes.not_found(resource_id)
                shown = self._shown(request, stored)
            return Answer(200, shown, {"ETag": shown["etag"]} if "etag" in shown else {})
        if request.method not in ("PUT", "PATCH", "DELETE"):
            raise Problem(405, "HttpMethodNotAllowed", f"The method {request.method} is not supported here.")
        return self._write(request, target, caller, resource_id, fate=fate)

    def _write(
        self, request: Request, target: Target, caller: Body, resource_id: ids.ResourceId, *, fate: str | None
    ) -> Answer:
        given = request.json() if request.method != "DELETE" else {}
        self._access.check_links(caller, target.action, target.scope, given)
        self._access.check_rules(resource_id, deleting=request.method == "DELETE")
        with self._store.lock:
            self._check_idle(request, resource_id, given)
            writes.check_etag(request, self._store.find(resource_id), resource_id)
            if fate == "fails":
                return self._accepted(request, resource_id, given)
            if request.method == "DELETE":
                if not writes.delete(self._store, resource_id):
                    return Answer(204, b"")
                stored, created = None, False
            elif request.method == "PATCH":
                stored, created = writes.patch(self._store, resource_id, given), False
            else:
                stored, created = writes.put(self._store, resource_id, given)
            seconds = None if fate else self._world.options.write_seconds
            label = f"{request.method.title()}{types.singular(resource_id.type)}Operation"
            operation = self._operations.start(seconds, busy=resource_id.top.key, target=resource_id.key, label=label)
            headers = self._headers(request, resource_id, operation)
            if stored is None:
                return Answer(202, b"", headers)
            shown = self._shown(request, stored)
            shown.setdefault("properties", {})["provisioningState"] = "Updating"
        return Answer(201 if created else 200, shown, {name: headers[name] for name in headers if name != "Location"})

    def _accepted(self, request: Request, resource_id: ids.ResourceId, given: Body) -> Answer:
        """Accept a write whose operation fails in the end, without a trace in the resource."""
        seconds = self._world.options.write_seconds
        operation = self._operations.start(seconds, busy=resource_id.top.key, failed=True)
        headers = self._headers(request, resource_id, operation)
        if request.method == "DELETE":
            return Answer(202, b"", headers)
        shown = {**given, "id": resource_id.text, "name": resource_id.name}
        shown["properties"] = {**(given.get("properties") or {}), "provisioningState": "Updating"}
        return Answer(201, shown, {name: headers[name] for name in headers if name != "Location"})

    def _check_idle(self, request: Request, resource_id: ids.ResourceId, given: Body) -> None:
        running = self._operations.on(resource_id.top.key)
        if running is not None:
            raise self._busy(request, resource_id, running)
        for _name, linked_id in linked(given):
            where = ids.parse(linked_id)
            other = self._operations.on(where.top.key) if where and where.top.key != resource_id.top.key else None
            if where and other:
                text = (
                    f"Cannot proceed with operation because resource {where.text} used by resource {resource_id.text} is not "
                    f"in Succeeded state. Resource is in Updating state and the last operation that updated/is updating the "
                    f"resource is {other.label}."
                )
                raise _retryable("ReferencedResourceNotProvisioned", text, self._operations.left(other))

    def _busy(self, request: Request, resource_id: ids.ResourceId, running: Operation) -> Problem:
        top = resource_id.top
        if top.kind in ("microsoft.network/virtualnetworks", "microsoft.network/firewallpolicies"):
            if top.kind.endswith("firewallpolicies") and running.target == top.key and resource_id != top:
                text = f"Put on Firewall Policy Rule Collection Group {resource_id.name} failed as policy {top.name} is Updating."
                return Problem(400, "FirewallPolicyRuleCollectionGroupUpdateNotAllowed", text)
            address = self._headers(request, resource_id, running)["Azure-AsyncOperation"]
            return Problem(
                409,
                "AnotherOperationInProgress",
                f"Another operation on this or dependent resource is in progress. To retrieve status of the operation use "
                f"uri: {address}.",
            )
        left = self._operations.left(running)
        text = f"Operation {running.label} is updating resource {top.text}. The call can be retried in {math.ceil(left)} seconds."
        return _retryable("RetryableErrorDueToAnotherOperation", text, left)

    def _ask(self, request: Request, target: Target, *, fate: str | None) -> Answer:
        resource_id = target.resource
        word = target.word.lower()
        if resource_id is None and word == "register":
            return Answer(200, {"id": target.scope, "registrationState": "Registered"})
        if request.method != "POST" or resource_id is None or _QUESTIONS.get(word) != resource_id.kind:
            raise Problem(404, "InvalidResourceType", f"There is no '{target.word}' at {target.scope}.")
        with self._store.lock:
            body = self._store.find(resource_id)
            if body is None:
                raise writes.not_found(resource_id)
            if word.startswith("listdns"):
                return Answer(200, self._answers.dns(resource_id, word))
            if word.startswith("list"):
                # The specification requires the body QueryRequestOptions:
                # https://learn.microsoft.com/rest/api/networkmanager/list-network-manager-effective-security-admin-rules
                if not request.body:
                    raise Problem(400, "InvalidRequestContent", "The request body is required.")
                return Answer(200, self._answers.admin_rules(resource_id, request.json()))
            routes = word == "effectiveroutetable"
            result = self._answers.effective_routes(body) if routes else self._answers.effective_groups(body)
        seconds = None if fate else self._world.options.question_seconds
        headers = self._headers(request, resource_id, self._operations.start(seconds, result))
        return Answer(202, None, {name: headers[name] for name in headers if name != "Azure-AsyncOperation"})

    def _poll(self, request: Request, target: Target) -> Answer:
        results, _slash, name = target.word.partition("/")
        operation = self._operations.find(name)
        if operation is None:
            raise Problem(404, "OperationNotFound", f"The operation {name} was not found.")
        done = self._operations.done(operation)
        wait = (
            {}
            if done or self._world.options.retry_after is None
            else {"Retry-After": str(self._world.options.retry_after)}
        )
        failure = {"code": "InternalServerError", "message": "An error occurred."}
        if results == "operations":
            if done and operation.failed:
                return Answer(200, {"status": "Failed", "error": failure})
            return Answer(200, {"status": "Succeeded" if done else "InProgress"}, wait)
        if not done:
            location = f"{request.base}{request.path}?api-version={request.query['api-version']}"
            return Answer(202, None, {"Location": location, **wait})
        if operation.failed:
            return Answer(500, {"error": failure})
        return Answer(200, operation.result) if operation.result is not None else Answer(204, b"")

    def _headers(self, request: Request, resource_id: ids.ResourceId, operation: Operation) -> dict[str, str]:
        location = str((self._store.find(resource_id.top) or {}).get("location") or "global").replace(" ", "").lower()
        place = f"{request.base}/subscriptions/{resource_id.subscription}/providers/{resource_id.namespace}/locations/{location}"
        version = f"?api-version={request.query['api-version']}"
        headers = {
            "Azure-AsyncOperation": f"{place}/operations/{operation.name}{version}",
            "Location": f"{place}/operationResults/{operation.name}{version}",
        }
        if self._world.options.retry_after is not None:
            headers["Retry-After"] = str(self._world.options.retry_after)
        return headers

    def _subscription(self, name: str) -> Body:
        return {
            "id": f"/subscriptions/{name}",
            "subscriptionId": name,
            "tenantId": self._world.tenant,
            "displayName": name,
            "state": "Enabled",
        }

    @staticmethod
    def _group(subscription: str, name: str) -> Body:
        return {
            "id": f"/subscriptions/{subscription}/resourceGroups/{name}",
            "name": name,
            "type": "Microsoft.Resources/resourceGroups",
            "properties": {"provisioningState": "Succeeded"},
        }


def _children(value: t.Any) -> list[Body]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _retryable(detail: str, text: str, left: float) -> Problem:
    headers = {"Retry-After": str(max(1, math.ceil(left)))}
    return Problem(429, "RetryableError", "A retryable error occurred.", details=((detail, text),), headers=headers)
