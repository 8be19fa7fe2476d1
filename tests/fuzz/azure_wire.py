# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Resource Manager on the wire below the real SDK, whose answers are damaged: status, headers, body, or all of them."""

from __future__ import annotations

import json
import typing as t

import requests

from ansible_collections.azure_windows.activation.plugins.module_utils._azure.arm import ArmClient, Runtime
from ansible_collections.azure_windows.activation.plugins.module_utils._azure.cloud import CLOUDS
from ansible_collections.azure_windows.activation.plugins.module_utils._azure.session import Session
from tests.fuzz.damage import Damage, Seed
from tests.unit.plugins.module_utils._azure import wire

Body = dict[str, t.Any]
HEADERS = ("Retry-After", "retry-after-ms", "Location", "Azure-AsyncOperation", "Content-Type", "ETag")
STATUSES = (200, 200, 200, 200, 201, 202, 204, 301, 400, 401, 403, 404, 409, 412, 429, 500, 503)


class Clock:
    """Time that passes when somebody sleeps, and a little with each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += max(seconds, 0.0)

    def time(self) -> float:
        """Return the time."""
        self.now += 0.01
        return self.now


class Spoiled(wire.Wire):
    """Serves resources; each of `damages` hits the answer whose number its place gives, among the first `hits`."""

    def __init__(self, resources: t.Sequence[Body], damages: t.Sequence[Damage], hits: int) -> None:
        super().__init__(wire.Answer())
        self._there = {str(body["id"]).lower(): json.loads(json.dumps(body)) for body in resources}
        self._damages, self._hits = damages, hits

    def send(self, request: requests.PreparedRequest, **options: t.Any) -> requests.Response:
        """Answer, as damaged as is due."""
        number = len(self.log)
        answer = self._answer(str(request.method), str(request.path_url).partition("?")[0].rstrip("/"), request.body)
        for damage in self._damages:
            if damage.place % self._hits == number % self._hits:
                self._spoil(answer, damage)
        self.answers = [answer]
        return super().send(request, **options)

    @staticmethod
    def _spoil(answer: wire.Answer, damage: Damage) -> None:
        where = damage.place // 64
        if where % 7 == 0:
            answer.headers[HEADERS[where % len(HEADERS)]] = (
                str(damage.junk)[:200].encode("ascii", "ignore").decode().replace("\n", " ").replace("\r", " ")
            )
        elif where % 11 == 0:
            answer.status = STATUSES[where % len(STATUSES)]
        elif where % 13 == 0:
            answer.body = str(damage.junk)[:100].encode("utf-8", "replace")
        elif isinstance(answer.body, (dict, list)) and answer.body:
            answer.body = Seed(answer.body).damaged([damage._replace(place=where)])

    def _answer(self, method: str, path: str, body: t.Any) -> wire.Answer:
        key = path.lower()
        if method == "PUT":
            given = json.loads(body)
            stored = {**given, "id": path, "name": path.rpartition("/")[2], "etag": 'W/"2"'}
            stored["properties"] = {**(given.get("properties") or {}), "provisioningState": "Succeeded"}
            self._there[key] = stored
            return wire.Answer(201, stored)
        if method == "DELETE":
            return wire.Answer(200 if self._there.pop(key, None) else 204, {})
        if method == "POST":
            return wire.Answer(200, {"value": []})
        found = self._there.get(key) or self._child(key)
        if found is not None:
            return wire.Answer(200, {"etag": 'W/"1"', **found})
        if len(key.split("/")) % 2 == 0:
            return wire.Answer(200, {"value": self._listed(key)})
        return wire.Answer(404, {"error": {"code": "ResourceNotFound", "message": "none"}})

    def _child(self, key: str) -> Body | None:
        parent, segment, name = key.rsplit("/", 2)
        for kind, children in (self._there.get(parent, {}).get("properties") or {}).items():
            if kind.lower() == segment and isinstance(children, list):
                return next(
                    ({"id": key, **c} for c in children if isinstance(c, dict) and str(c.get("name")).lower() == name),
                    None,
                )
        return None

    def _listed(self, key: str) -> list[Body]:
        kind = key.partition("/providers/")[2]
        return [
            body
            for own, body in self._there.items()
            if own.rpartition("/")[0] == key or own.rpartition("/providers/")[2].rpartition("/")[0] == kind
        ]


def session(resources: t.Sequence[Body], damages: t.Sequence[Damage], hits: int) -> tuple[Session, Runtime, Spoiled]:
    """Return a signed-in session whose wire is spoiled, and the time it runs in."""
    clock = Clock()
    spoiled = Spoiled(resources, damages, hits)
    runtime = Runtime(wire.transport(spoiled), clock.sleep, clock.time)
    cloud = CLOUDS["AzureCloud"]
    client = ArmClient(wire.StaticCredential(), cloud, deadline=20, runtime=runtime)
    client.stop_after(600)
    return Session(client, cloud), runtime, spoiled
