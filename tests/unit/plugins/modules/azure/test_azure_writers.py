# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several writers at the same objects at the same time lose nothing, neither of their own nor of anybody else's."""

from __future__ import annotations

import concurrent.futures
import typing as t

from tests.unit.lab.azure import builders as b
from tests.unit.plugins.modules.azure.conftest import Azure, Start

WRITERS = 6
PER_WRITER = 4
TUNNEL = b.route("0.0.0.0/0", "VirtualNetworkGateway", name="default")
FUTURE = {"futureSetting": {"x": [None]}}
TABLES = ("rt0", "rt1")


def address(writer: int, number: int) -> str:
    return f"203.0.{writer}.{number}"


def together(lab: Azure, work: t.Callable[[int], None]) -> None:
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as pool:
        for future in [pool.submit(work, writer) for writer in range(WRITERS)]:
            future.result()


def test_routes_of_six_writers(azure: Start) -> None:
    tables = [b.table(TUNNEL, name=name, **FUTURE) for name in TABLES]
    lab = azure([*tables, *b.spoke()], options={"write_seconds": 0.02})
    before = lab.lab.state_hash()

    def work(writer: int) -> None:
        for name in TABLES:
            numbers = range(1, PER_WRITER // len(TABLES) + 1)
            table, wanted = f"{b.NETWORK}/routeTables/{name}", [address(writer, number) for number in numbers]
            result = lab.run("route", route_table=table, addresses=wanted, operation_timeout=300)
            assert "msg" not in result, result["msg"]
            assert len(result["changes"]) == len(wanted)

    together(lab, work)
    for name in TABLES:
        found = lab.find(f"routeTables/{name}")["properties"]
        prefixes = {route["properties"]["addressPrefix"] for route in found["routes"]}
        wanted = {f"{address(writer, number)}/32" for writer in range(WRITERS) for number in (1, 2)}
        assert prefixes == wanted | {"0.0.0.0/0"}
        assert found["futureSetting"] == FUTURE["futureSetting"]
    undone = lab.undo()
    assert ("msg" in undone, len(undone["changes"])) == (False, WRITERS * PER_WRITER)
    assert lab.lab.state_hash() == before


def test_rules_of_six_writers(azure: Start) -> None:
    net = b.group(b.rule(300, "Deny"), b.rule(200, "Allow", "10.0.0.0/8"))
    net["properties"] |= FUTURE
    override = b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL)
    world = [
        *b.routed(override, subnet={"networkSecurityGroup": b.ref("networkSecurityGroups/nsg")}, more=b.hub()),
        net,
    ]
    lab = azure(world, options={"write_seconds": 0.02})
    before = lab.lab.state_hash()

    def work(writer: int) -> None:
        for number in range(1, 3):
            sources = [f"10.{writer}.{number}.0/24"]
            for name, target in (
                ("nsg_rule", {"nsg": f"{b.NETWORK}/networkSecurityGroups/nsg"}),
                ("firewall_rule", {"policy": f"{b.NETWORK}/firewallPolicies/policy"}),
            ):
                result = lab.run(name, sources=sources, operation_timeout=300, **target)
                assert "msg" not in result, result["msg"]

    together(lab, work)
    wanted = {f"10.{writer}.{number}.0/24" for writer in range(WRITERS) for number in (1, 2)}
    group = lab.find("networkSecurityGroups/nsg")["properties"]
    rule = next(rule for rule in group["securityRules"] if rule["name"] == "kms-activation")
    assert set(rule["properties"]["sourceAddressPrefixes"]) == wanted
    assert {rule["name"] for rule in group["securityRules"]} == {"r300", "r200", "kms-activation"}
    assert group["futureSetting"] == FUTURE["futureSetting"]
    own = lab.find("firewallPolicies/policy/ruleCollectionGroups/kms-activation")["properties"]
    assert set(own["ruleCollections"][0]["rules"][0]["sourceAddresses"]) == wanted
    assert "msg" not in (undone := lab.undo()), undone
    assert lab.lab.state_hash() == before


def test_two_hundred_machines_behind_five_tables_are_writes_for_five_tables(azure: Start) -> None:
    subnets = {
        f"s{n}": {"addressPrefix": f"10.1.{n}.0/24", "routeTable": b.ref(f"routeTables/rt{n}")} for n in range(5)
    }
    world = [b.network("spoke", "10.1.0.0/16", subnets), *(b.table(TUNNEL, name=f"rt{n}") for n in range(5))]
    for n in range(200):
        world += b.machine(f"vm{n}", f"spoke/s{n % 5}", f"10.1.{n % 5}.{10 + n // 5}")
    lab = azure(world)
    for n in range(5):
        result = lab.run("route", route_table=f"{b.NETWORK}/routeTables/rt{n}", addresses=b.BOTH)
        assert (result["effective"], len(result["changes"])) == (True, 2)
    assert len(lab.writes()) == 10
