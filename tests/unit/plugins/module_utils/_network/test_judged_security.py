# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NSGs and security admin rules against the model of the documents, over random rules."""

from __future__ import annotations

import dataclasses

import hypothesis
from hypothesis import strategies as st

from tests.models import security
from tests.models.security import Flow, Rule

from . import arm
from .judged import settings

PIP = {"publicIPAddress": arm.ref("publicIPAddresses", "web-pip")}
DEFAULT_ROUTE = arm.route("direct", "0.0.0.0/0", "Internet")
TAGS = {
    "Storage": ["40.83.0.0/16"],
    "AzureCloud": ["20.118.0.0/16", "40.83.235.0/24"],
    "AzureMonitor": ["23.102.0.0/16"],
}
FLOW = Flow("10.1.0.4", arm.FIRST, 1688, ("10.1.0.0/16", "10.0.0.0/16"), TAGS)

_PLAIN = (
    "*",
    "0.0.0.0/0",
    "20.118.99.224",
    "20.118.99.224/32",
    "20.118.99.0/24",
    "20.0.0.0/8",
    "40.83.235.53",
    "40.0.0.0/8",
)
_TAGS = ("AzureCloud", "Storage", "AzureMonitor")
# With a default route of the user the tags VirtualNetwork and Internet may mean more; no document says what.
_SPACES = ("VirtualNetwork", "Internet")
PORTS = st.lists(
    st.sampled_from(("*", "1688", "443", "1-1687", "1688-1688", "1600-1700", "1689-65535")),
    min_size=1,
    max_size=2,
    unique=True,
)
SOURCES = ("*", "10.1.0.0/24", "10.1.0.4", "10.1.0.5", "10.2.0.0/16", "VirtualNetwork")


def _rules(user_default: bool, lowest: int, highest: int, accesses: tuple[str, ...]) -> st.SearchStrategy[list[Rule]]:
    single = (*_TAGS, *(() if user_default else _SPACES))
    sources = SOURCES[:-1] if user_default else SOURCES
    destinations = st.one_of(
        st.lists(st.sampled_from(_PLAIN), min_size=1, max_size=3, unique=True),
        st.sampled_from(single).map(lambda tag: [tag]),
    )
    judged = st.one_of(
        st.tuples(st.sampled_from(accesses), destinations),
        # The documents tell only what a deny by this tag does, and only in a group.
        *([st.just(("Deny", [security.LICENSING]))] if lowest else []),
    )
    rule = st.builds(
        lambda judged, **more: Rule(access=judged[0], destinations=tuple(judged[1]), **more),
        judged=judged,
        name=st.just(""),
        priority=st.integers(lowest, highest),
        direction=st.sampled_from(("Outbound", "Outbound", "Outbound", "Inbound")),
        protocol=st.sampled_from(("*", "Tcp", "TCP", "Udp", "Icmp")),
        sources=st.sampled_from(sources).map(lambda item: (item,)),
        ports=PORTS.map(tuple),
    )
    lists = st.lists(rule, max_size=6, unique_by=lambda item: (item.priority, item.direction))
    return lists.map(
        lambda rules: [dataclasses.replace(item, name=f"{item.direction}-{item.priority}") for item in rules]
    )


def _printed(rule: Rule) -> arm.Json:
    """Print one value in the singular field and several in the plural one, as Azure does."""
    one, ports = len(rule.destinations) == 1, len(rule.ports) == 1
    return arm.nsg_rule(
        rule.name,
        rule.priority,
        rule.access,
        rule.destinations[0] if one else None,
        direction=rule.direction,
        protocol=rule.protocol,
        sourceAddressPrefix=rule.sources[0],
        destinationAddressPrefixes=[] if one else list(rule.destinations),
        destinationPortRange=rule.ports[0] if ports else None,
        destinationPortRanges=[] if ports else list(rule.ports),
    )


def _printed_admin(rule: Rule) -> arm.Json:
    def side(specs: tuple[str, ...]) -> list[arm.Json]:
        return [
            {"addressPrefix": spec, "addressPrefixType": "IPPrefix" if spec[0] in "*0123456789" else "ServiceTag"}
            for spec in specs
        ]

    own = {
        "priority": rule.priority,
        "access": rule.access,
        "direction": rule.direction,
        "protocol": {"*": "Any"}.get(rule.protocol, rule.protocol),
        "sources": side(rule.sources),
        "destinations": side(rule.destinations),
        "sourcePortRanges": ["0-65535"],
        "destinationPortRanges": ["0-65535" if port == "*" else port for port in rule.ports],
        "provisioningState": "Succeeded",
    }
    return {"id": f"{arm.GROUP}/Microsoft.Network/networkManagers/m/{rule.name}", "kind": "Custom", "properties": own}


@st.composite
def _networks(draw: st.DrawFn) -> tuple[bool, list[Rule], list[Rule] | None, list[Rule] | None]:
    user_default = draw(st.booleans())
    admin = draw(_rules(user_default, 0, 99, ("Allow", "Deny", "AlwaysAllow")))
    groups = st.one_of(st.none(), _rules(user_default, 100, 4096, ("Allow", "Deny")))
    return user_default, draw(st.one_of(st.just([]), st.just(admin))), draw(groups), draw(groups)


@settings(1000)
@hypothesis.given(_networks())
def test_rules_let_out_what_the_documents_say(
    drawn: tuple[bool, list[Rule], list[Rule] | None, list[Rule] | None],
) -> None:
    user_default, admin, on_nic, on_subnet = drawn
    place: arm.Json = {"routeTable": arm.ref("routeTables", "rt")} if user_default else {}
    groups: list[arm.Json] = []
    more: arm.Json = {}
    for name, rules, at in (("nic", on_nic, more), ("subnet", on_subnet, place)):
        if rules is not None:
            groups.append(arm.nsg(name, *map(_printed, rules)))
            at["networkSecurityGroup"] = arm.ref("networkSecurityGroups", name)
    resources, vm_id = arm.world(*groups, arm.table("rt", DEFAULT_ROUTE), place=place, config=PIP, nic=more)
    path = arm.run(
        resources,
        vm_id,
        arm.ONE,
        service_tags={"westeurope": TAGS},
        admin_rules={arm.rid("virtualNetworks", "spoke"): list(map(_printed_admin, admin))},
    )
    wanted = security.allows(admin, [rules for rules in (on_nic, on_subnet) if rules is not None], FLOW, user_default)
    if wanted is not None:
        assert path["addresses"][0]["nsg"]["verdict"] == ("allow" if wanted else "deny")
        assert (path["verdict"] == "open") == wanted
