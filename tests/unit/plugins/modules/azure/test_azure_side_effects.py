# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a write does to other machines is known, and said with their names, before the first PUT.

Sources: https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access (a route to the Internet does not
work in a private subnet) and https://learn.microsoft.com/azure/nat-gateway/nat-overview (precedence, Basic resources).
"""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import paths, session, settings
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.modules.azure.conftest import Azure, Start

TABLE = f"{b.NETWORK}/routeTables/rt"
SUBNET = f"{b.NETWORK}/virtualNetworks/spoke/subnets/work"
PRIVATE = {"defaultOutboundAccess": False}


def address(sku: str) -> list[b.Body]:
    """A second machine `shop` in the subnet, with a public IP."""
    config = {"publicIPAddress": b.ref("publicIPAddresses/shop-ip")}
    public = b.resource("publicIPAddresses", "shop-ip", {"ipAddress": "52.2.2.2"}, sku={"name": sku})
    return [*b.machine("shop", "spoke/work", "10.1.1.5", configuration=config), public]


def refused(lab: Azure, module: str, id_: str, **options: t.Any) -> str:
    """The sentence of a refusal, the same in check mode; nothing is written."""
    before = lab.lab.state_hash()
    preview = lab.run(module, check=True, **options)
    result = lab.run(module, **options)
    assert (result["refused"]["id"], result["refused"], lab.writes()) == (id_, preview["refused"], [])
    assert lab.lab.state_hash() == before
    return str(result["msg"])


def behind_an_open_firewall(power: str) -> list[b.Body]:
    """A private subnet whose machine activates by the firewall of the hub."""
    default = b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL)
    return [
        *b.routed(default, subnet=PRIVATE, more=b.hub(b.network_rule("Allow", *b.BOTH))),
        *b.machine("other", "spoke/work", "10.1.1.6", power=power),
    ]


@pytest.mark.parametrize("power", ["running", "deallocated"])
def test_a_route_that_would_end_a_way_that_works(azure: Start, power: str) -> None:
    lab = azure(behind_an_open_firewall(power))
    assert lab.lab.reach("web", b.KMS, 1688) == "kms"
    said = refused(lab, "route", "way-would-be-lost", route_table=TABLE)
    assert "machine 'web' (today: open), machine 'other' (today: open)" in said
    assert "accept_egress_change" in said
    result = lab.run("route", route_table=TABLE, accept_egress_change=True)
    assert (result["changed"], result["effective"]) == (True, False)
    assert any("machine 'other'" in warning for warning in result["warnings"])
    assert lab.lab.reach("web", b.KMS, 1688) != "kms"


def test_a_route_that_harms_nobody_needs_no_word(azure: Start) -> None:
    lab = azure(b.routed(b.route("0.0.0.0/0", "None"), subnet=PRIVATE))
    assert lab.run("route", route_table=TABLE)["effective"] is False


def test_a_table_of_two_subnets_is_judged_for_both(azure: Start) -> None:
    table = b.ref("routeTables/rt")
    subnets = {
        "work": {"addressPrefix": "10.1.1.0/24", "routeTable": table},
        "vault": {"addressPrefix": "10.1.2.0/24", "routeTable": table, **PRIVATE},
    }
    net = b.network("spoke", "10.1.0.0/16", subnets)
    net["properties"]["virtualNetworkPeerings"] = [b.to_hub()]
    lab = azure(
        [
            net,
            *b.machine("web", "spoke/work", "10.1.1.4"),
            *b.machine("safe", "spoke/vault", "10.1.2.4"),
            b.table(b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL)),
            *b.hub(b.network_rule("Allow", *b.BOTH)),
        ]
    )
    said = refused(lab, "route", "way-would-be-lost", subnet=SUBNET)
    assert "'safe'" in said
    assert "'web'" not in said


@pytest.mark.parametrize(("sku", "id_"), [("Standard", "egress-would-change"), ("Basic", "basic-resources")])
def test_a_nat_gateway_beside_public_addresses(azure: Start, sku: str, id_: str) -> None:
    lab = azure(b.spoke(*address(sku), subnet=PRIVATE))
    said = refused(lab, "nat_gateway", id_, subnet=SUBNET, name="new")
    assert "machine 'shop'" in said
    assert "'web'" not in said
    result = lab.run("nat_gateway", subnet=SUBNET, name="new", accept_egress_change=True)
    assert result["changed"] is (sku == "Standard"), result
    if sku == "Standard":
        assert any("machine 'shop' (today: instance ip)" in warning for warning in result["warnings"])


@pytest.mark.parametrize(
    ("sku", "moves", "basic"), [("Standard", ["shop"], []), ("Basic", ["shop"], ["shop-ip"]), (None, [], [])]
)
def test_the_reading_tells_what_the_module_will_refuse(
    azure: Start, sku: str | None, moves: list[str], basic: list[str]
) -> None:
    lab = azure(b.spoke(*(address(sku) if sku else ()), subnet=PRIVATE))
    assert path_of_web(lab)["nat_gateway"] == {"known": True, "moves": moves, "basic": basic}
    refused_by = lab.run("nat_gateway", check=True, subnet=SUBNET, name="new")["refused"]
    assert (refused_by is None) is (not moves and not basic)


def test_the_reading_tells_nothing_of_a_nat_gateway_that_is_no_repair(azure: Start) -> None:
    assert path_of_web(azure(b.routed(b.route("0.0.0.0/0", "None"))))["nat_gateway"] is None


def path_of_web(lab: Azure) -> dict[str, t.Any]:
    """What `azure_kms_path_info` would tell of the machine `web`."""
    found = settings.resolve({}, lab.lab.environment, lab.journal.parent)
    with session.open_session(found, deadline=20) as opened:
        asked = paths.Asked([f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/web"])
        (path,), _unread = paths.read_paths(opened.client, "AzureCloud", asked, None)
    return path


def test_a_nat_gateway_beside_a_basic_load_balancer(azure: Start) -> None:
    lab = azure(b.spoke(b.balancer("internal", sku="Basic"), subnet=PRIVATE, nic=b.in_pool()))
    assert "load balancer 'lb' of machine 'web'" in refused(
        lab, "nat_gateway", "basic-resources", subnet=SUBNET, name="new"
    )


def test_a_nat_gateway_for_machines_that_cannot_be_listed(azure: Start) -> None:
    rights = [f"Microsoft.Network/{kind}/*" for kind in ("natGateways", "virtualNetworks", "publicIPAddresses")]
    lab = azure(b.spoke(subnet=PRIVATE), credentials=[{"client_id": "some", "secret": "s3cret", "permissions": rights}])
    said = refused(lab, "nat_gateway", "machines-not-known", subnet=SUBNET, name="new")
    assert "networkInterfaces" in said
    assert lab.run("nat_gateway", subnet=SUBNET, name="new", accept_egress_change=True)["changed"]
