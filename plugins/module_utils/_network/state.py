# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was read of Azure, as raw Resource Manager bodies, with the look-ups that a path needs."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from . import addresses, values
from .judgement import NotKnownError, Unread
from .links import private_addresses
from .values import Body, low, name_of, props, ref, refs
from .wording import say

T = t.TypeVar("T")

# Parent type -> properties that hold its children inline; the property is the children's path segment too.
_INLINE: t.Mapping[str, tuple[str, ...]] = {
    "microsoft.network/virtualnetworks": ("subnets", "virtualNetworkPeerings"),
    "microsoft.network/routetables": ("routes",),
    "microsoft.network/networksecuritygroups": ("securityRules",),
    "microsoft.network/firewallpolicies": ("ruleCollectionGroups",),
    "microsoft.network/loadbalancers": ("backendAddressPools", "frontendIPConfigurations"),
}
# How the documents spell the types in an RBAC action; other types are given as they were written in the id.
_SPELLING = {
    name.lower(): name
    for name in (
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
        "Microsoft.Network/networkInterfaces",
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/virtualNetworks/subnets",
        "Microsoft.Network/routeTables",
        "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/loadBalancers",
        "Microsoft.Network/natGateways",
        "Microsoft.Network/azureFirewalls",
        "Microsoft.Network/firewallPolicies",
        "Microsoft.Network/firewallPolicies/ruleCollectionGroups",
        "Microsoft.Network/ipGroups",
        "Microsoft.Network/virtualHubs",
        "Microsoft.Network/virtualHubs/routingIntent",
        "Microsoft.Network/virtualHubs/hubRouteTables",
    )
}

# `what` of an entry of `unread` when nothing of a whole subscription could be read.
SUBSCRIPTION = "subscription"
# The same when the virtual networks were read in an API version that does not show which subnets are private.
PRIVATE_SUBNETS = "private subnets"
VM = "microsoft.compute/virtualmachines"
NIC = "microsoft.network/networkinterfaces"
BALANCER = "microsoft.network/loadbalancers"
FIREWALL = "microsoft.network/azurefirewalls"
HUB = "microsoft.network/virtualhubs"
NAT_GATEWAY = "microsoft.network/natgateways"
ZONE = "microsoft.network/privatednszones"


@dataclasses.dataclass(frozen=True)
class EffectiveRoutes:
    """Azure's own answer for a subnet. `rows` is None when no NIC could be asked, then `problem` says why."""

    nic_id: str | None
    rows: t.Sequence[Body] | None
    problem: str | None = None


@dataclasses.dataclass(eq=False)
class NetworkState:
    """Everything the evaluation may look at; it never fetches.

    `resources`: bodies as ARM's GET prints them, children inline or on their own. `effective_routes`: by subnet id.
    `power`: VM id -> "running", "stopped", "deallocated". `admin_rules`: virtual network id -> effective security admin
    rules. `service_tags`: location -> tag -> prefixes. `rulesets`: virtual network id -> ids of the DNS forwarding rulesets linked to it.
    `inbound`: address of a DNS private resolver's inbound endpoint -> id of its virtual network.
    `unread`: {what, scope, reason, action} of what could not be read.
    `listed`: pairs (subscription or parent id, type or child segment) whose lists are known to be complete.
    """

    resources: dataclasses.InitVar[t.Iterable[Body]] = ()
    effective_routes: t.Mapping[str, EffectiveRoutes] = dataclasses.field(default_factory=dict, kw_only=True)
    power: t.Mapping[str, str] = dataclasses.field(default_factory=dict, kw_only=True)
    admin_rules: t.Mapping[str, t.Sequence[Body]] = dataclasses.field(default_factory=dict, kw_only=True)
    service_tags: t.Mapping[str, t.Mapping[str, t.Sequence[str]]] = dataclasses.field(
        default_factory=dict, kw_only=True
    )
    rulesets: t.Mapping[str, t.Sequence[str]] = dataclasses.field(default_factory=dict, kw_only=True)
    inbound: t.Mapping[str, str] = dataclasses.field(default_factory=dict, kw_only=True)
    unread: t.Sequence[Unread] = dataclasses.field(default=(), kw_only=True)
    listed: t.Iterable[tuple[str, str]] = dataclasses.field(default=(), kw_only=True)

    def __post_init__(self, resources: t.Iterable[Body]) -> None:
        """Index everything by lower-cased id."""
        self._bodies: dict[str, Body] = {}
        self._children: dict[tuple[str, str], list[str]] = {}
        self._types: dict[str, list[str]] = {}
        for body in resources:
            self._add(body)
        self.effective_routes = {low(key): value for key, value in self.effective_routes.items()}
        self.power = {low(key): str(value).lower() for key, value in self.power.items()}
        self.admin_rules = {low(key): value for key, value in self.admin_rules.items()}
        self.rulesets = {low(key): value for key, value in self.rulesets.items()}
        self._tags = {
            tag.lower(): tuple(values.strings(prefixes))
            for tags in self.service_tags.values()
            for tag, prefixes in tags.items()
        }
        self._memo: dict[tuple[str, ...], t.Any] = {}
        self._listed = {(low(scope), kind.lower()) for scope, kind in self.listed}

    def remember(self, key: tuple[str, ...], make: t.Callable[[], T]) -> T:
        """Return what `make` gives, made once per key: machines of a subnet share their routes. Keeps NotKnownError too."""
        if key not in self._memo:
            try:
                self._memo[key] = make()
            except NotKnownError as problem:
                self._memo[key] = problem
        found = self._memo[key]
        if isinstance(found, NotKnownError):
            raise found
        return t.cast(T, found)

    def _add(self, body: t.Any) -> None:
        key = low(values.mapping(body).get("id"))
        if not key:
            return
        known = self._bodies.get(key)
        if known is None:
            kind = values.type_of(key)
            self._types.setdefault(kind, []).append(key)
            if kind.count("/") > 1:
                owner, segment, _name = key.rsplit("/", 2)
                self._children.setdefault((owner, segment), []).append(key)
        if known is None or values.is_stub(known) or not values.is_stub(body):
            self._bodies[key] = body
        for segment in _INLINE.get(values.type_of(key), ()):
            for index, child in enumerate(values.items(props(body).get(segment))):
                prefix = f"{key}/{segment.lower()}/"
                child_id = low(child.get("id"))
                if not child_id.startswith(prefix):
                    name = name_of(child).lower()
                    child_id = prefix + (name if name and "/" not in name else f"#{index}")
                if child_id not in self._bodies or values.is_stub(self._bodies[child_id]):
                    self._add({**child, "id": child["id"] if low(child.get("id")) == child_id else child_id})

    def get(self, resource_id: str) -> Body | None:
        """Return a body that was really read; None for an unknown id and for a mere reference."""
        found = self._bodies.get(low(resource_id))
        return None if found is None or values.is_stub(found) else found

    def need(self, resource_id: str) -> Body:
        """Return a body that decides. Raises NotKnownError with the RBAC action when it was not read."""
        found = self.get(resource_id)
        if found is None:
            raise self.not_read(resource_id)
        return found

    def not_read(self, resource_id: str, segment: str = "") -> NotKnownError:
        """Return the error of a resource, or of the children `segment` of it, that was not read."""
        kind = values.type_of(resource_id)
        kind = _SPELLING.get(f"{kind}/{segment}".strip("/").lower(), f"{kind}/{segment}".strip("/"))
        label = kind.rsplit("/", maxsplit=1)[-1] or "resource"
        entry = {
            "what": kind or "resource",
            "scope": resource_id,
            **self._why(kind, resource_id),
        }
        key = "child_not_read" if segment else "not_read"
        return NotKnownError(say(key, kind=label, name=name_of(resource_id), reason=entry["reason"]), entry)

    def not_listed(self, scope: str, kind: str) -> NotKnownError:
        """Return the error of a list of resources of a subscription that is not known to be complete."""
        kind = _SPELLING.get(kind.lower(), kind)
        entry = {
            "what": kind,
            "scope": f"/subscriptions/{scope}",
            **self._why(kind, scope),
        }
        return NotKnownError(say("not_listed", kind=kind, subscription=scope, reason=entry["reason"]), entry)

    def _why(self, kind: str, scope: str) -> Unread:
        """Return why something is missing, and the right to grant when it is not known that another thing is the reason."""
        right = f"{kind}/read" if kind else None
        wanted = {low(scope), f"/subscriptions/{low(scope)}", f"/subscriptions/{values.subscription(scope)}"}
        for entry in self.unread:
            what = str(entry.get("what", "")).lower()
            about = what == SUBSCRIPTION or (what and kind.lower().startswith(what))
            if about and low(entry.get("scope")) in wanted:
                return {"reason": str(entry.get("reason")), "action": entry.get("action", right)}
        return {"reason": say("not_among"), "action": right}

    def unread_about(self, what: str, scope: str) -> Unread | None:
        """Return the entry of `unread` for something in a scope, None when there is none."""
        for entry in self.unread:
            if str(entry.get("what", "")).lower() in {what.lower(), SUBSCRIPTION} and low(entry.get("scope")) == low(
                scope
            ):
                return entry
        return None

    def complete(self, scope: str, kind: str) -> bool:
        """Tell whether a list (type of a subscription, or child segment of a resource) is known to be whole."""
        return (low(scope), kind.lower()) in self._listed

    def of_type(self, kind: str) -> list[Body]:
        """Return the bodies of a type that were really read."""
        return [body for key in self._types.get(kind.lower(), ()) if (body := self.get(key)) is not None]

    def children(self, owner_id: str, segment: str) -> list[Body]:
        """Return the child resources of an owner, however they came; references that were not read included."""
        return [self._bodies[key] for key in self._children.get((low(owner_id), segment.lower()), ())]

    def tag_holds(self, tag: str, wanted: addresses.Address) -> bool | None:
        """Tell whether a service tag holds an address, None when its prefixes were not read."""
        prefixes = self._tags.get(tag.lower())
        return None if prefixes is None else any(addresses.inside(str(prefix), wanted) for prefix in prefixes)

    def tag_prefixes(self, tag: str) -> tuple[str, ...] | None:
        """Return the prefixes of a service tag, None when they were not read."""
        return self._tags.get(tag.lower())

    @functools.cached_property
    def owners(self) -> t.Mapping[str, tuple[Body, ...]]:
        """Resources by the private address they own: NICs, firewalls and load balancer frontends."""
        found: dict[str, list[Body]] = {}
        for body in (*self.nics(), *self.of_type(FIREWALL), *self.of_type(BALANCER)):
            for value in private_addresses(body):
                found.setdefault(value, []).append(body)
        return {value: tuple(owners) for value, owners in found.items()}

    def nics(self) -> list[Body]:
        """Return the NICs, those of scale sets included."""
        kinds = (kind for kind in self._types if kind.endswith("/networkinterfaces"))
        return [body for kind in kinds for body in self.of_type(kind)]

    @functools.cached_property
    def set_members(self) -> t.Mapping[str, tuple[Body, ...]]:
        """Virtual machines by the availability set they are in."""
        found: dict[str, list[Body]] = {}
        for vm in self.of_type(VM):
            found.setdefault(low(ref(props(vm).get("availabilitySet"))), []).append(vm)
        return {key: tuple(machines) for key, machines in found.items() if key}

    def nics_of(self, vm: Body) -> list[str]:
        """Return the NIC ids of a virtual machine, the primary one first."""
        listed = values.items(values.mapping(props(vm).get("networkProfile")).get("networkInterfaces"))
        listed.sort(key=lambda nic: values.flag(props(nic).get("primary")) is not True)
        return refs(listed) or self._nics_by_vm.get(low(vm.get("id")), [])

    def attached(self, vm: Body) -> list[str]:
        """Return the NIC ids that a virtual machine names, and those that name it."""
        named = {low(nic_id): nic_id for nic_id in self.nics_of(vm)}
        naming = {low(nic_id): nic_id for nic_id in self._nics_by_vm.get(low(vm.get("id")), [])}
        return list({**naming, **named}.values())

    @functools.cached_property
    def _nics_by_vm(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for nic in sorted(self.nics(), key=lambda nic: values.flag(props(nic).get("primary")) is not True):
            found.setdefault(low(ref(props(nic).get("virtualMachine"))), []).append(str(nic["id"]))
        return found
