# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles of the page on rights: with exactly these everything works, and without any one of them the missing one is named."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import session, settings
from ansible_collections.azure_windows.activation.plugins.module_utils._azure.reader import Reader
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.module_utils._azure import test_dns_forwarding, test_hubs, test_scale_sets
from tests.unit.plugins.modules.azure.conftest import Azure, Start

PAGE = pathlib.Path(__file__).parents[5] / "docs" / "docsite" / "rst" / "guide_rights.rst"
BLOCK = re.compile(r"code-block:: json\n\n((?:    .*\n)+)")
ROLES: dict[str, list[str]] = {
    role["Description"].split()[1].removeprefix("azure_kms_"): role["Actions"]
    for role in map(json.loads, BLOCK.findall(PAGE.read_text(encoding="utf-8")))
}
READING = ROLES["path_info"]
SUBNET = f"{b.NETWORK}/virtualNetworks/spoke/subnets/work"
OFF = b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL)
DENY = {"networkSecurityGroup": b.ref("networkSecurityGroups/nsg")}
CASES: dict[str, tuple[list[b.Body], dict[str, t.Any]]] = {
    "route": (b.spoke(), {"subnet": SUBNET, "create_route_table": True}),
    "nsg_rule": (
        b.routed(OFF, subnet=DENY, more=[b.group(b.rule(300, "Deny")), *b.hub(b.network_rule("Allow", *b.BOTH))]),
        {"nsg": f"{b.NETWORK}/networkSecurityGroups/nsg"},
    ),
    "firewall_rule": (
        b.behind_firewall(),
        {"firewall": f"{b.NETWORK}/azureFirewalls/fw", "sources": ["10.1.1.0/24"]},
    ),
    "nat_gateway": (b.spoke(subnet={"defaultOutboundAccess": False}), {"subnet": SUBNET, "name": "new"}),
}
# What a table that is there needs; a new one has its routes from the start.
ROUTES = {f"Microsoft.Network/routeTables/routes/{word}" for word in ("delete", "read", "write")}


def lab(azure: Start, resources: list[b.Body], rights: t.Iterable[str]) -> Azure:
    """Start a lab for an identity with these rights only."""
    return azure(resources, credentials=[{"client_id": "some", "secret": "s3cret", "permissions": sorted(rights)}])


def there_and_back(here: Azure, module: str, options: dict[str, t.Any]) -> str:
    """Write and roll back; return all that is said when one of them does not work."""
    result = here.run(module, **options)
    if "msg" in result:
        return json.dumps(result)
    back = here.undo()
    return json.dumps(back) if "msg" in back else ""


@pytest.mark.parametrize("module", CASES)
def test_exactly_these_rights_do(azure: Start, module: str) -> None:
    resources, options = CASES[module]
    here = lab(azure, resources, {*READING, *ROLES[module]})
    before = here.lab.state_hash()
    assert there_and_back(here, module, options) == ""
    assert here.lab.state_hash() == before
    assert len(here.writes()) > 1


@pytest.mark.parametrize(
    ("module", "right"), [(module, right) for module in CASES for right in ROLES[module] if right not in ROUTES]
)
def test_the_missing_right_of_a_writer_is_named(azure: Start, module: str, right: str) -> None:
    resources, options = CASES[module]
    here = lab(azure, resources, {*READING, *ROLES[module]} - {right})
    assert right.lower() in there_and_back(here, module, options).lower()


def test_routes_of_a_table_that_is_there(azure: Start) -> None:
    table = {"route_table": f"{b.NETWORK}/routeTables/rt"}
    resources = b.routed(b.route("0.0.0.0/0", "VirtualNetworkGateway"))
    assert there_and_back(lab(azure, resources, {*READING, *ROUTES}), "route", table) == ""
    for right in sorted(ROUTES):
        here = lab(azure, resources, {*READING, *ROUTES} - {right})
        here.journal.unlink(missing_ok=True)
        assert right.lower() in there_and_back(here, "route", table).lower(), right


WEB = f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/web"


def unread(here: Azure) -> list[dict[str, t.Any]]:
    """What could not be read of the ways of the machine, whose names are in doubt, and of an instance of a scale set."""
    found = settings.resolve({}, here.lab.environment, here.journal.parent)
    with session.open_session(found, deadline=20) as opened:
        reader = Reader(opened.client)
        reader.read([WEB, f"{test_scale_sets.SET}/virtualMachines/0"], in_doubt=[WEB])
        return reader.snapshot.unread


def everything() -> list[b.Body]:
    """All that is read somewhere: a firewall with a policy, a hub that is elsewhere, a service tag, names in doubt, a scale set."""
    spoke, *rest = b.behind_firewall(b.network_rule("Allow", *b.BOTH))
    own, tagged = b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL), b.route("Storage", "Internet")
    rest = [body for body in rest if body["type"] != "Microsoft.Network/routeTables"]
    inner = spoke["properties"]
    peerings = [*inner["virtualNetworkPeerings"], test_hubs.PEERING]
    spoke = {**spoke, "properties": {**inner, "virtualNetworkPeerings": peerings}}
    found = [spoke, b.table(own, tagged), *rest, b.resource("privateDnsZones", "windows.net", {})]
    ruled = test_dns_forwarding.ruleset(("contoso.com.", "10.9.0.53"), to="hub")
    resolver = test_dns_forwarding.resolver()[1:]
    servers = test_dns_forwarding.with_servers(found, "10.0.2.4")
    return [*servers, *resolver, *ruled, *test_hubs.hub("Allow"), test_scale_sets.nodes(1)]


def test_reading_with_exactly_these_rights_leaves_nothing_unread(azure: Start) -> None:
    assert unread(lab(azure, everything(), READING)) == []


@pytest.mark.parametrize("right", READING)
def test_the_missing_right_of_reading_is_named(azure: Start, right: str) -> None:
    actions = [entry["action"] for entry in unread(lab(azure, everything(), set(READING) - {right}))]
    assert right.lower() in [str(action).lower() for action in actions]
