# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what decides on the way out of Azure: lists per subscription, one effective-route operation per subnet.

Calls grow with subscriptions, subnets, firewall policies and hubs, never with virtual machines.
"""

from __future__ import annotations

import concurrent.futures
import functools
import typing as t

from .._network.state import SUBSCRIPTION, EffectiveRoutes
from .._network.values import items, low, props, strings, subscription, type_of
from . import catalog, dns_forwarding, scope
from .arm import MAX_PAGES, ArmError
from .exchanges import Source
from .snapshot import Snapshot

# The transport keeps ten connections per host.
WORKERS = 8
# Another NIC of a subnet answers what the first one could not; more tries would tell nothing new.
NICS_PER_SUBNET = 3
# A peered network or a parent policy may live in a subscription that refers to a further one.
SUBSCRIPTION_HOPS = 3
# Codes for a subscription that does not exist for the caller, or is of another tenant: no list of it can be had.
NO_SUBSCRIPTION = ("SubscriptionNotFound", "InvalidSubscriptionId", "InvalidAuthenticationTokenTenant")
# What Resource Manager answers when a NIC belongs to no running machine; another NIC may do better.
BAD_REQUEST = 400

# Effective routes are an answer of Microsoft.Network/networkInterfaces, which instances of uniform scale sets do not have.
NOBODY_TELLS = (
    "no virtual machine of the subnet is running, and instances of uniform scale sets do not tell their routes"
)

Job = t.Callable[[], None]


class Reader:
    """Fills one Snapshot; every failed request becomes an entry of `unread`, never an exception."""

    def __init__(self, source: Source) -> None:
        self._client = source
        self._done: set[str] = set()
        self._gone: set[str] = set()
        self._asked: set[str] = set()
        self._opened: set[str] = set()
        self.snapshot = Snapshot()

    def read(
        self, machines: t.Sequence[str], subscriptions: t.Iterable[str] = (), in_doubt: t.Collection[str] = ()
    ) -> list[str | None]:
        """Read everything the paths of `machines` (VM ids or private addresses) need, and the given subscriptions.

        For those `in_doubt`, whose names are not resolved as they should be, also where Azure DNS sends them.
        Returns the VM id for each of `machines` as the snapshot knows it, None for an address that no single VM has.
        """
        found = self._read({*map(subscription, machines), *map(str.lower, subscriptions)} - {""}, machines)
        wanted = [low(vm_id) for vm_id in found if vm_id]
        if scope.missing_hubs(self.snapshot, wanted):
            self._read(self._subscriptions_of_hubs(scope.networks(self.snapshot, wanted)), machines)
        doubtful = [vm_id for vm_id in wanted if vm_id in set(map(low, in_doubt))]
        self._run(self._route_jobs(scope.witnesses(self.snapshot, wanted)))
        self._run(self._rule_jobs(wanted))
        self._run([*self._tag_jobs(), *self._forwarding_jobs(doubtful)])
        self.snapshot.forget(scope.managed_subscriptions(self.snapshot, wanted))
        return found

    def _read(self, todo: set[str], machines: t.Sequence[str]) -> list[str | None]:
        """Read subscriptions and those that they refer to; returns the VM ids of `machines`."""
        found: list[str | None] = []
        for _hop in range(SUBSCRIPTION_HOPS):
            if not todo:
                break
            new = sorted(todo - self._done)
            self._run([self._listing(name, catalog.NETWORKS) for name in new])
            there = [name for name in new if name not in self._gone]
            self._run([job for name in there for job in self._listings(name)])
            self._run([*self._details(), *self._instance_jobs(machines, todo)])
            self._done |= todo
            found = [machine if subscription(machine) else scope.vm_of(self.snapshot, machine) for machine in machines]
            wanted = [low(vm_id) for vm_id in found if vm_id]
            # Where the routes lead tells which of the peered networks have to be read.
            self._run([*self._route_jobs(scope.subnets(self.snapshot, wanted)), *self._admin_rule_jobs(wanted)])
            # And to which firewalls, whose policies alone are looked into.
            self._run(self._rule_jobs(wanted))
            todo = scope.referenced(self.snapshot, wanted) - self._done
        for name in sorted(todo):
            self.snapshot.missing(SUBSCRIPTION, f"/subscriptions/{name}", "it is too many references away")
        return found

    def _subscriptions_of_hubs(self, networks: t.Iterable[str]) -> set[str]:
        """Return the further subscriptions with a virtual hub that one of `networks` is connected to.

        A connected network names only a subscription of Microsoft's own, so all that the caller may read are looked through.
        """
        try:
            entries = self._client.list("/subscriptions", catalog.SUBSCRIPTIONS_API)
        except ArmError as problem:
            self.snapshot.missing("subscriptions", "/subscriptions", problem, catalog.SUBSCRIPTIONS_ACTION)
            return set()
        listed = {str(entry.get("subscriptionId") or "").lower() for entry in entries} - {""}
        if self._done - self._gone and not self._done & listed:
            # Who lacks the right gets a list without the subscriptions whose networks were read.
            reason = "the list lacks subscriptions that were read"
            self.snapshot.missing("subscriptions", "/subscriptions", reason, catalog.SUBSCRIPTIONS_ACTION)
        names = listed - self._done
        self._run([self._listing(name, catalog.HUBS) for name in sorted(names)])
        self._run(self._details())
        return scope.hub_subscriptions(self.snapshot, networks) & names

    def _run(self, jobs: t.Sequence[Job]) -> None:
        if not jobs:
            return
        with concurrent.futures.ThreadPoolExecutor(max_workers=min(WORKERS, len(jobs))) as pool:
            for future in [pool.submit(job) for job in jobs]:
                problem = future.exception()
                if problem is not None:
                    # One answer of a shape that nobody foresaw must not cost the others.
                    self.snapshot.missing("an answer", "-", f"it could not be understood ({type(problem).__name__})")

    def _listing(self, name: str, kind: catalog.Listing) -> Job:
        def run() -> None:
            place = f"/subscriptions/{name}"
            try:
                found = self._client.list(kind.path(name), kind.api_version, **dict(kind.query))
            except ArmError as problem:
                if problem.code in NO_SUBSCRIPTION:
                    self._gone.add(name)
                    self.snapshot.missing(SUBSCRIPTION, place, problem)
                else:
                    self.snapshot.missing(kind.type, place, problem, kind.action)
                return
            with self.snapshot.lock:
                self.snapshot.listed.add((name, kind.type.lower()))
            self.snapshot.add(found)
            self._not_shown(kind, name)

        return run

    def _not_shown(self, kind: catalog.Listing, name: str) -> None:
        """Note what a list does not tell because the cloud has no version that shows it."""
        version = self._client.version(kind.path(name), kind.api_version)
        for shown in catalog.DECIDING:
            if shown.type == kind.type and version < shown.since:
                reason = f"{shown.property} is shown from API version {shown.since} on; this cloud offers {version}"
                self.snapshot.missing(shown.what, f"/subscriptions/{name}", reason)

    def _listings(self, name: str) -> list[Job]:
        """Every other list of a subscription, and the power states."""

        def power() -> None:
            kind = catalog.POWER_STATES
            try:
                found = self._client.list(kind.path(name), kind.api_version, **dict(kind.query))
            except ArmError as problem:
                self.snapshot.missing("power states", f"/subscriptions/{name}", problem, kind.action)
                return
            for vm in found:
                state = _power_state(vm)
                if state:
                    self.snapshot.power[low(vm.get("id"))] = state

        kinds = [kind for kind in catalog.LISTINGS if (name, kind.type.lower()) not in self.snapshot.listed]
        return [*(self._listing(name, kind) for kind in kinds if kind != catalog.NETWORKS), power]

    def _details(self) -> list[Job]:
        """Children that the lists do not hold: of hubs, and of private DNS zones for the names of a KMS."""
        children = [
            ("Microsoft.Network/virtualHubs", "routingIntent"),
            ("Microsoft.Network/virtualHubs", "hubVirtualNetworkConnections"),
            ("Microsoft.Network/virtualHubs", "hubRouteTables"),
        ]
        jobs: list[Job] = []
        for kind, child in children:
            for owner in self.snapshot.of_type(kind):
                key = (low(owner["id"]), child.lower())
                if key not in self.snapshot.listed:
                    jobs.append(self._children(str(owner["id"]), kind, child))
        return jobs + [
            self._children(zone, catalog.ZONES.type, child, catalog.PRIVATE_DNS_API)
            for zone in scope.kms_zones(self.snapshot)
            for child in ("virtualNetworkLinks", "A", "CNAME")
            if (low(zone), child.lower()) not in self.snapshot.listed
        ]

    def _rule_jobs(self, vm_ids: t.Sequence[str]) -> list[Job]:
        """Ask for the rules of the policies, parents included, of the firewalls that the traffic of machines may go to."""
        todo = sorted(scope.policies(self.snapshot, vm_ids) - self._opened)
        self._opened.update(todo)
        ids = (str(self.snapshot.resources[key]["id"]) for key in todo)
        return [self._children(policy, "Microsoft.Network/firewallPolicies", "ruleCollectionGroups") for policy in ids]

    def _instance_jobs(self, machines: t.Iterable[str], subscriptions: t.Collection[str]) -> list[Job]:
        """Instances of uniform scale sets, which no list of machines holds: one question each, and one for their NICs."""
        wanted = {low(item): item for item in machines if type_of(item) == catalog.INSTANCE.lower()}
        return [self._instance(item) for item in wanted.values() if subscription(item) in subscriptions]

    def _instance(self, instance: str) -> Job:
        def run() -> None:
            try:
                body = self._client.get(instance, catalog.COMPUTE_API)
                nics = self._client.list(f"{instance}/networkInterfaces", catalog.INSTANCE_NICS_API)
            except ArmError as problem:
                self.snapshot.missing(catalog.INSTANCE, instance, problem, catalog.INSTANCE_ACTION)
                return
            self.snapshot.add([body, *nics])

        return run

    def _children(self, parent: str, kind: str, child: str, version: str = catalog.NETWORK_API) -> Job:
        def run() -> None:
            try:
                found = self._client.list(f"{parent}/{child}", version)
            except ArmError as problem:
                self.snapshot.missing(f"{kind}/{child}", parent, problem, f"{kind}/{child}/read")
                return
            with self.snapshot.lock:
                self.snapshot.listed.add((low(parent), child.lower()))
            self.snapshot.add(found)

        return run

    def _route_jobs(self, subnets: t.Collection[str]) -> list[Job]:
        """One question per subnet, to a NIC of any machine there that is not known to be stopped."""
        found: dict[str, list[str]] = {subnet: [] for subnet in sorted(subnets) if subnet not in self.snapshot.routes}
        for vm in self.snapshot.of_type("Microsoft.Compute/virtualMachines") if found else ():
            for subnet, nic in scope.running(self.snapshot, vm):
                if subnet in found:
                    found[subnet].append(nic)
        return [self._effective_routes(subnet, nics) for subnet, nics in found.items()]

    def _effective_routes(self, subnet: str, nics: t.Sequence[str]) -> Job:
        def run() -> None:
            last = ArmError("NoRunningMachine", NOBODY_TELLS)
            for nic in nics[:NICS_PER_SUBNET]:
                real_id = str(self.snapshot.resources[nic]["id"])
                try:
                    answer = self._client.ask(f"{real_id}/effectiveRouteTable", catalog.NETWORK_API)
                except ArmError as problem:
                    last = problem
                    if problem.status != BAD_REQUEST:
                        break
                    continue
                if isinstance(answer, dict) and isinstance(answer.get("value"), list):
                    self.snapshot.routes[subnet] = EffectiveRoutes(nic, items(answer["value"]))
                    return
                last = ArmError("UnexpectedBody", "the effective routes have no 'value'")
            self.snapshot.routes[subnet] = EffectiveRoutes(None, None, str(last))
            self.snapshot.missing("effective routes", subnet, last, catalog.EFFECTIVE_ROUTES_ACTION)

        return run

    def _admin_rule_jobs(self, vm_ids: t.Iterable[str]) -> list[Job]:
        """Security admin rules per network: the network manager that holds them may be in any subscription."""
        networks = [network for network in scope.networks(self.snapshot, vm_ids) if network not in self._asked]
        self._asked.update(networks)
        return [self._admin_rules(network) for network in networks]

    def _admin_rules(self, network: str) -> Job:
        def run() -> None:
            path = f"{self.snapshot.resources[network]['id']}/listNetworkManagerEffectiveSecurityAdminRules"
            try:
                self.snapshot.admin_rules[network] = self._asked_in_pages(path)
            except ArmError as problem:
                self.snapshot.missing("security admin rules", network, problem, catalog.ADMIN_RULES_ACTION)

        return run

    def _asked_in_pages(self, path: str) -> list[t.Mapping[str, t.Any]]:
        """Return all items of a question that is answered in pages, each with the token of the next; raises ArmError."""
        found: list[t.Mapping[str, t.Any]] = []
        tokens = [""]
        while True:
            answer = self._client.ask(path, catalog.NETWORK_API, {"skipToken": tokens[-1]} if tokens[-1] else {})
            if not isinstance(answer, dict) or not isinstance(answer.get("value"), list):
                raise ArmError("UnexpectedBody", "the answer has no 'value'")
            found += items(answer["value"])
            token = str(answer.get("skipToken") or "")
            if not token:
                return found
            if token in tokens or len(tokens) >= MAX_PAGES:
                raise ArmError("PagingLoop", "the answer does not end")
            tokens.append(token)

    def _forwarding_jobs(self, vm_ids: t.Sequence[str]) -> list[Job]:
        """Where Azure DNS sends names: asked once for each network and its DNS servers."""
        askers = sorted(dns_forwarding.askers(self.snapshot, vm_ids)) if vm_ids else []
        readers = [(dns_forwarding.ForwardingReader(self._client, self.snapshot, place), dns) for place, dns in askers]
        return [functools.partial(reader.read, servers) for reader, servers in readers]

    def _tag_jobs(self) -> list[Job]:
        return [self._tags(location, name) for location, name in scope.tag_places(self.snapshot).items()]

    def _tags(self, location: str, name: str) -> Job:
        def run() -> None:
            path = f"/subscriptions/{name}/providers/Microsoft.Network/locations/{location}/serviceTags"
            try:
                answer = self._client.get(path, catalog.NETWORK_API)
            except ArmError as problem:
                self.snapshot.missing("service tags", location, problem, catalog.SERVICE_TAGS_ACTION)
                return
            values = items(answer.get("values") if isinstance(answer, dict) else None)
            self.snapshot.tags[location] = {
                str(value.get("name")): strings(props(value).get("addressPrefixes")) for value in values
            }

        return run


def _power_state(vm: t.Mapping[str, t.Any]) -> str | None:
    view = props(vm).get("instanceView")
    for status in items(view.get("statuses") if isinstance(view, dict) else None):
        code = str(status.get("code") or "")
        if code.lower().startswith("powerstate/"):
            return code.split("/", 1)[1].lower()
    return None
