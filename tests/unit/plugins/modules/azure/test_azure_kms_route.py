# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""azure_kms_route against the lab."""

from __future__ import annotations

import typing as t

import pytest

from tests import kms
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.modules.azure.conftest import Start

TABLE = f"{b.NETWORK}/routeTables/rt"
SUBNET = f"{b.NETWORK}/virtualNetworks/spoke/subnets/work"
TUNNEL = b.route("0.0.0.0/0", "VirtualNetworkGateway", name="default")
FUTURE = {"futureSetting": {"deep": [1, {"x": None}]}}


def routes(found: dict[str, t.Any]) -> dict[str, str]:
    return {r["properties"]["addressPrefix"]: r["properties"]["nextHopType"] for r in found["properties"]["routes"]}


@pytest.mark.parametrize("target", [{"route_table": TABLE}, {"subnet": SUBNET}])
def test_adds_what_is_missing_once(azure: Start, target: dict[str, str]) -> None:
    lab = azure(b.routed(TUNNEL))
    before = lab.lab.state_hash()
    preview = lab.run("route", check=True, **target)
    assert (lab.writes(), lab.lab.state_hash()) == ([], before)
    first = lab.run("route", **target)
    assert [change["operation"] for change in first["changes"]] == ["create"] * len(kms.ADDRESSES)
    assert preview["diff"] == first["diff"] or set(preview["diff"]["after"]) == set(first["diff"]["after"])
    own = {f"{address}/32": "Internet" for address in kms.ADDRESSES}
    assert routes(lab.find("routeTables/rt")) == {"0.0.0.0/0": "VirtualNetworkGateway", **own}
    assert lab.lab.reach("web", b.KMS, 1688) == lab.lab.reach("web", b.OTHER_KMS, 1688) == "kms"
    sent = lab.writes()
    second = lab.run("route", **target)
    assert (second["changed"], second["changes"], lab.writes()) == (False, [], sent)
    assert lab.undo()["changed"]
    assert lab.lab.state_hash() == before
    assert lab.journal.stat().st_mode & 0o777 == 0o600
    sent = lab.writes()
    assert not lab.undo()["changed"]
    assert lab.writes() == sent


def test_recognises_by_prefix_and_repairs_the_hop(azure: Start) -> None:
    theirs = {**b.route(f"{b.KMS}/32", "Internet", name="DirectRouteToKMS")}
    wrong = b.route(f"{b.OTHER_KMS}/32", "VirtualAppliance", "10.0.1.4", name="via-fw")
    wrong["properties"] |= FUTURE
    lab = azure(b.routed(TUNNEL, theirs, wrong))
    before = lab.lab.state_hash()
    result = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    (change,) = result["changes"]
    assert (change["operation"], change["id"]) == ("update", f"{TABLE}/routes/via-fw")
    found = lab.find("routeTables/rt/routes/via-fw")["properties"]
    assert (found["nextHopType"], found["futureSetting"]) == ("Internet", FUTURE["futureSetting"])
    assert "nextHopIpAddress" not in found
    lab.undo()
    assert lab.lab.state_hash() == before


def test_old_and_mistyped_routes_go_only_when_asked(azure: Start) -> None:
    old = b.route("23.102.135.246/32", "Internet", name="old")
    typo = b.route("20.118.99.244/32", "Internet", name="typo")
    lab = azure(b.routed(TUNNEL, old, typo))
    before = lab.lab.state_hash()
    kept = lab.run("route", route_table=TABLE)
    assert len(kept["changes"]) == len(kms.ADDRESSES)
    assert "'old' 23.102.135.246/32, 'typo' 20.118.99.244/32" in kept["warnings"][0]
    gone = lab.run("route", route_table=TABLE, replace_stale=True)
    assert [(c["operation"], c["id"].rsplit("/", 1)[-1]) for c in gone["changes"]] == [
        ("delete", "old"),
        ("delete", "typo"),
    ]
    assert not any("stay" in warning for warning in gone["warnings"])
    lab.undo()
    assert lab.lab.state_hash() == before


def test_absent_takes_away_its_own_only(azure: Start) -> None:
    theirs = b.route(f"{b.KMS}/32", "Internet", name="DirectRouteToKMS")
    lab = azure(b.routed(TUNNEL, theirs))
    before = lab.lab.state_hash()
    lab.run("route", route_table=TABLE)
    gone = lab.run("route", route_table=TABLE, state="absent")
    assert len(gone["changes"]) == len(kms.ADDRESSES) - 1
    assert lab.lab.state_hash() == before
    assert not lab.run("route", route_table=TABLE, state="absent")["changed"]


def test_makes_a_table_for_a_subnet_without_one(azure: Start) -> None:
    subnet = {
        **FUTURE,
        "serviceEndpoints": [{"service": "Microsoft.Storage"}],
        "networkSecurityGroup": b.ref("networkSecurityGroups/nsg"),
    }
    lab = azure(b.spoke(b.group(), subnet=subnet))
    before = lab.lab.state_hash()
    refused = lab.run("route", subnet=SUBNET)
    assert refused["refused"]["id"] == "no-route-table"
    assert "create_route_table" in refused["msg"]
    assert lab.writes() == []
    preview = lab.run("route", check=True, subnet=SUBNET, create_route_table=True)
    result = lab.run("route", subnet=SUBNET, create_route_table=True)
    assert [change["id"] for change in preview["changes"]] == [change["id"] for change in result["changes"]]
    found = lab.find("virtualNetworks/spoke/subnets/work")["properties"]
    assert found["routeTable"]["id"] == f"{b.NETWORK}/routeTables/rt-kms-spoke-work"
    assert (found["futureSetting"], found["serviceEndpoints"]) == (FUTURE["futureSetting"], subnet["serviceEndpoints"])
    assert len(routes(lab.find("routeTables/rt-kms-spoke-work"))) == len(kms.ADDRESSES)
    sent = lab.writes()
    assert not lab.run("route", subnet=SUBNET, create_route_table=True)["changed"]
    assert lab.writes() == sent
    lab.undo()
    assert lab.lab.state_hash() == before


@pytest.mark.parametrize("name", ["GatewaySubnet", "AzureFirewallSubnet"])
def test_special_subnets_need_a_word(azure: Start, name: str) -> None:
    net = b.network(
        "hub", "10.0.0.0/16", {name: {"addressPrefix": "10.0.1.0/26", "routeTable": b.ref("routeTables/rt")}}
    )
    lab = azure([net, b.table(TUNNEL)])
    for target in ({"route_table": TABLE}, {"subnet": f"{b.NETWORK}/virtualNetworks/hub/subnets/{name}"}):
        refused = lab.run("route", **target)
        assert refused["refused"]["id"] == "special-subnet"
        assert "allow_special_subnets" in refused["msg"]
    assert lab.writes() == []
    assert lab.run("route", route_table=TABLE, allow_special_subnets=True)["changed"]


@pytest.mark.parametrize(
    ("subnet", "effective"), [({"defaultOutboundAccess": False}, False), ({"defaultOutboundAccess": True}, True)]
)
def test_claims_no_success_without_a_way_out(azure: Start, subnet: b.Body, effective: bool) -> None:
    lab = azure(b.routed(TUNNEL, subnet=subnet))
    for _run in range(2):
        result = lab.run("route", route_table=TABLE)
        assert result["effective"] is effective
        assert any("do nothing for machine 'web'" in warning for warning in result["warnings"]) is not effective


def test_says_when_the_way_out_is_not_known(azure: Start) -> None:
    permissions = ["Microsoft.Network/routeTables/*", "Microsoft.Network/virtualNetworks/*"]
    lab = azure(b.routed(TUNNEL), credentials=[{"client_id": "reader", "secret": "s3cret", "permissions": permissions}])
    result = lab.run("route", route_table=TABLE)
    assert (result["changed"], result["effective"]) == (True, None)
    assert "is not known" in result["warnings"][0]
