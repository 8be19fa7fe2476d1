# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many changes in one run against the lab: what they cost, what runs side by side, and what a failure leaves."""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import os
import pathlib
import signal
import time
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import repair, running
from tests import kms
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.modules.azure.conftest import WRITING, Azure, Start, fault
from tests.unit.plugins.modules.azure.test_azure_modules import started

TUNNEL = b.route("0.0.0.0/0", "VirtualNetworkGateway", name="default")
NVA = b.route("0.0.0.0/0", "VirtualAppliance", "10.9.9.9", name="default")
# The lists of one subscription: what does not depend on the number of objects.
READING = 15


def many(number: int, *, tables: bool = True, subnet: b.Body | None = None, **more: b.Body) -> list[b.Body]:
    """A network with `number` subnets `s<n>`, each with a machine `vm<n>` and, with `tables`, a route table `rt<n>` of its own.

    A value of `more` is a property of each subnet that refers to what `n` is put into.
    """
    subnets: dict[str, b.Body] = {}
    found: list[b.Body] = []
    for n in range(number):
        own: b.Body = {"routeTable": b.ref(f"routeTables/rt{n}")} if tables else {}
        own |= {name: {"id": value["id"].format(n=n)} for name, value in more.items()}
        subnets[f"s{n}"] = {"addressPrefix": f"10.1.{n}.0/24", **own, **(subnet or {})}
        found += b.machine(f"vm{n}", f"spoke/s{n}", f"10.1.{n}.4")
    return [b.network("spoke", "10.1.0.0/16", subnets), *found]


def tabled(number: int, route: b.Body = TUNNEL) -> list[b.Body]:
    return [*many(number), *(b.table(route, name=f"rt{n}") for n in range(number))]


def routes(number: int) -> list[dict[str, t.Any]]:
    return [
        {
            "action": "route",
            "target": f"rt{n}",
            "hosts": [f"vm{n}"],
            "arguments": {"route_table": f"{b.NETWORK}/routeTables/rt{n}"},
        }
        for n in range(number)
    ]


def calls(lab: Azure) -> collections.Counter[str]:
    """Count the requests to Resource Manager: lists of the subscription as `reading`, everything else by its method."""
    found: collections.Counter[str] = collections.Counter()
    for entry in lab.log():
        path = entry["path"]
        if not path.startswith("/subscriptions/"):
            continue
        listing = entry["method"] == "GET" and path.count("/") == 5
        found["reading" if listing else entry["method"]] += 1
    return found


@pytest.mark.parametrize("number", [1, 5, 20])
def test_tables_cost_one_reading_and_two_calls_a_route(azure: Start, number: int) -> None:
    lab = azure(tabled(number))
    before = lab.lab.state_hash()
    preview = lab.run("repair", check=True, changes=routes(number))
    assert (calls(lab), lab.lab.state_hash()) == ({"reading": READING}, before)
    result = lab.run("repair", changes=routes(number))
    found = calls(lab)
    assert found["reading"] == 2 * READING
    assert found["PUT"] + found["GET"] == 2 * len(kms.ADDRESSES) * number <= 6 * number
    assert found.total() == found["reading"] + found["PUT"] + found["GET"]
    assert [one["target"] for one in result["repairs"]] == [f"rt{n}" for n in range(number)]
    assert all(one["changed"] and one["effective"] for one in result["repairs"])
    assert set(preview["diff"]["after"]) == set(result["diff"]["after"])
    for n in range(number):
        assert lab.lab.reach(f"vm{n}", b.KMS, 1688) == "kms"
    sent = lab.writes()
    assert not lab.run("repair", changes=routes(number))["changed"]
    assert (lab.writes(), calls(lab).total() - found.total()) == (sent, READING)
    assert lab.undo()["changed"]
    assert lab.lab.state_hash() == before


def grouped(number: int) -> tuple[list[b.Body], list[dict[str, t.Any]]]:
    groups = [b.group(b.rule(300, "Deny"), name=f"nsg{n}") for n in range(number)]
    nsg = {"id": f"{b.NETWORK}/networkSecurityGroups/nsg{{n}}"}
    world = [*many(number, networkSecurityGroup=nsg), *groups, *(b.table(NVA, name=f"rt{n}") for n in range(number))]
    wanted = [
        {"action": "nsg_rule", "arguments": {"nsg": f"{b.NETWORK}/networkSecurityGroups/nsg{n}"}} for n in range(number)
    ]
    return world, wanted


def policied(number: int) -> tuple[list[b.Body], list[dict[str, t.Any]]]:
    world: list[b.Body] = []
    for n in range(number):
        world.append(b.resource("firewallPolicies", f"p{n}", {}))
        collections_ = {"priority": 300, "ruleCollections": []}
        world.append(b.resource(f"firewallPolicies/p{n}/ruleCollectionGroups", "net", collections_))
    wanted = [
        {
            "action": "firewall_rule",
            "arguments": {"policy": f"{b.NETWORK}/firewallPolicies/p{n}", "sources": ["10.1.0.0/16"]},
        }
        for n in range(number)
    ]
    return [*many(1, tables=False), *world], wanted


def without_a_way_out(number: int) -> tuple[list[b.Body], list[dict[str, t.Any]]]:
    world = many(number, tables=False, subnet={"defaultOutboundAccess": False})
    subnet = f"{b.NETWORK}/virtualNetworks/spoke/subnets/s"
    return world, [{"action": "nat_gateway", "arguments": {"subnet": f"{subnet}{n}"}} for n in range(number)]


def without_tables(number: int) -> tuple[list[b.Body], list[dict[str, t.Any]]]:
    subnet = f"{b.NETWORK}/virtualNetworks/spoke/subnets/s"
    wanted = [
        {"action": "route", "arguments": {"subnet": f"{subnet}{n}", "create_route_table": True}} for n in range(number)
    ]
    return many(number, tables=False), wanted


# Kind -> its world, and the calls of one object: looks and writes beyond the reading.
# Kind -> its world, and the looks and writes of one object more. The groups of a policy are a list of the reading.
COSTS: dict[str, tuple[t.Callable[[int], tuple[list[b.Body], list[dict[str, t.Any]]]], int]] = {
    "groups": (grouped, 2),
    "policies": (policied, 1 + 4),
    "gateways": (without_a_way_out, 5),
    "new tables": (without_tables, 5),
}


@pytest.mark.parametrize(("build", "each"), COSTS.values(), ids=COSTS)
def test_a_further_object_of_any_kind_costs_a_constant_number_of_calls(
    azure: Start, build: t.Callable[[int], tuple[list[b.Body], list[dict[str, t.Any]]]], each: int
) -> None:
    totals = []
    for number in (2, 6):
        world, wanted = build(number)
        lab = azure(world)
        lab.journal.unlink(missing_ok=True)
        before = lab.lab.state_hash()
        result = lab.run("repair", changes=wanted, nat_gateway="nat")
        assert "msg" not in result, result["msg"]
        found = [entry for entry in lab.log() if entry["path"].startswith("/subscriptions/")]
        # The effective routes of a subnet belong to the reading.
        read = [e for e in found if e["method"] == "POST" or "operationResults" in e["path"]]
        totals.append(len(found) - len(read))
        assert lab.undo()["left"] == []
        assert lab.lab.state_hash() == before
    per_object = (totals[1] - totals[0]) / 4
    assert per_object == each, totals


def test_different_objects_are_written_side_by_side(azure: Start) -> None:
    lab = azure(tabled(6), options={"write_seconds": 0.2})
    before = lab.lab.state_hash()
    assert lab.run("repair", changes=routes(6))["changed"]
    sent = [entry["path"].split("/")[-3] for entry in lab.log() if entry["method"] == "PUT"]
    assert len(set(sent[:4])) == 4
    assert collections.Counter(sent) == {f"rt{n}": 2 for n in range(6)}
    states = lab.states()
    assert (states.count("intended"), states.count("done"), len(states)) == (12, 12, 24)
    assert lab.undo()["left"] == []
    assert lab.lab.state_hash() == before


def test_what_touches_the_same_is_done_in_its_order() -> None:
    touched = [["/a"], ["/b", "/x"], ["/A"], ["/c"], ["/x"], ["/c", "/b"]]
    assert sorted(repair._lanes(touched)) == [[0, 2], [1, 3, 4, 5]]


def test_a_gateway_of_two_networks_is_made_once(azure: Start) -> None:
    world: list[b.Body] = []
    for n in (1, 2):
        inner = {"work": {"addressPrefix": f"10.{n}.1.0/24", "defaultOutboundAccess": False}}
        world += [b.network(f"net{n}", f"10.{n}.0.0/16", inner), *b.machine(f"vm{n}", f"net{n}/work", f"10.{n}.1.4")]
    lab = azure(world, options={"write_seconds": 0.05})
    before = lab.lab.state_hash()
    wanted = [
        {"action": "nat_gateway", "arguments": {"subnet": f"{b.NETWORK}/virtualNetworks/net{n}/subnets/work"}}
        for n in (1, 2)
    ]
    result = lab.run("repair", changes=wanted, nat_gateway="nat")
    assert [len(one["changes"]) for one in result["repairs"]] == [3, 1]
    assert [status for _name, status in lab.writes()] == [201, 201, 200, 200]
    assert lab.undo()["left"] == []
    assert lab.lab.state_hash() == before


FAILING: dict[str, tuple[b.Body, str]] = {
    "fails later": (fault("PUT */rt1/routes/kms-40*", behaviour="fails"), "OperationFailed: InternalServerError"),
    "refused": (fault("PUT */rt1/routes/kms-40*", answer=403), "may not change"),
    "always busy": (
        fault("PUT */rt1/routes/kms-40*", answer=409, body={"error": {"code": "AnotherOperationInProgress", "message": "m"}}),
        "AnotherOperationInProgress",
    ),
    "always throttled": (fault("PUT */rt1/routes/kms-40*", answer=429, retry_after=1), "429"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "text"), FAILING.values(), ids=FAILING)
def test_one_that_fails_takes_back_its_own_and_holds_up_no_other(azure: Start, given: b.Body, text: str) -> None:
    lab = azure(tabled(5), faults=[given], options={"write_seconds": 0.02})
    result = lab.run("repair", changes=routes(5), operation_timeout=1)
    assert result["msg"].startswith("1 of 5 changes were not made.")
    assert text in result["msg"]
    assert [one["failed"] for one in result["repairs"]] == [False, True, False, False, False]
    assert (result["repairs"][1]["changed"], result["repairs"][1]["hosts"]) == (False, ["vm1"])
    left = {n: len(lab.find(f"routeTables/rt{n}")["properties"]["routes"]) for n in range(5)}
    assert left == {0: 3, 1: 1, 2: 3, 3: 3, 4: 3}
    assert lab.undo()["left"] == []
    assert {len(lab.find(f"routeTables/rt{n}")["properties"]["routes"]) for n in range(5)} == {1}


def test_a_stale_reading_loses_nothing_of_anybody(azure: Start) -> None:
    """A rule of ours gets a source from somebody while the reading is a second old: Azure refuses, both sources stay."""
    ours = b.rule(200, "Allow", sourceAddressPrefix="10.7.0.0/16", destinationPortRange="1688", protocol="Tcp")
    ours["name"] = "kms-activation"
    theirs = {**ours, "properties": {**ours["properties"], "sourceAddressPrefix": "10.8.0.0/16"}}
    table = b.table(NVA, name="rt0")
    nsg = {"id": f"{b.NETWORK}/networkSecurityGroups/nsg"}
    world = [*many(1, networkSecurityGroup=nsg), table, b.group(ours, b.rule(300, "Deny"))]
    # Between the reading and the look before the write, and between that look and the write.
    for match in ("GET */networkSecurityGroups/nsg", "PUT */securityRules/*"):
        lab = azure(world, faults=[fault(match, put=b.group(theirs, b.rule(300, "Deny")), times=1)])
        wanted = [{"action": "nsg_rule", "arguments": {"nsg": nsg["id"], "sources": ["10.1.0.0/24"]}}]
        assert "msg" not in (result := lab.run("repair", changes=wanted)), result
        (rule,) = (
            r
            for r in lab.find("networkSecurityGroups/nsg")["properties"]["securityRules"]
            if r["name"] == "kms-activation"
        )
        assert rule["properties"]["sourceAddressPrefixes"] == ["10.8.0.0/16", "10.1.0.0/24"]


def test_a_route_that_somebody_adds_after_the_reading_stays_theirs(azure: Start) -> None:
    name = b.route(f"{b.KMS}/32", "Internet", name="theirs")
    given = fault("PUT */rt0/routes/kms-20*", put=b.table(TUNNEL, name, name="rt0"), times=1)
    lab = azure(tabled(2), faults=[given])
    result = lab.run("repair", changes=routes(2))
    assert [len(one["changes"]) for one in result["repairs"]] == [1, 2]
    assert {r["name"] for r in lab.find("routeTables/rt0")["properties"]["routes"]} == {
        "default",
        "theirs",
        "kms-40-83-235-53",
    }


def test_what_the_reading_could_not_list_is_looked_at_one_by_one(azure: Start) -> None:
    faults = [fault(f"GET /subscriptions/{b.SUBSCRIPTION}/providers/Microsoft.Network/routeTables", answer=403)]
    lab = azure(tabled(2), faults=faults)
    result = lab.run("repair", changes=routes(2))
    assert "msg" not in result, result
    assert calls(lab)["GET"] == 2 * (1 + len(kms.ADDRESSES))


def test_two_runs_at_once_write_everything_once(azure: Start) -> None:
    lab = azure(tabled(6), options={"write_seconds": 0.02})
    before = lab.lab.state_hash()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(lab.run, "repair", changes=routes(6)) for _run in range(2)]
        results = [one.result() for one in runs]
    assert all("msg" not in result for result in results), results
    changed = [change["id"] for result in results for one in result["repairs"] for change in one["changes"]]
    assert len(changed) == len(set(changed)) == 12
    assert lab.undo()["left"] == []
    assert lab.lab.state_hash() == before


def family(pid: int) -> list[int]:
    """Return a process and all that it started: Ansible gives a module a session of its own."""
    parents: dict[int, int] = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        # Others come and go meanwhile.
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text("utf-8").rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


@pytest.mark.parametrize("after", [1, 6])
def test_a_run_that_is_killed_between_its_writes_is_undone(azure: Start, after: int) -> None:
    lab = azure(tabled(6), options={"write_seconds": 0.3})
    before = lab.lab.state_hash()
    with started(lab, "azure_kms_repair", changes=routes(6), journal=str(lab.journal)) as process:
        limit = time.monotonic() + 60
        while len(lab.writes()) < after and time.monotonic() < limit:
            time.sleep(0.02)
        for pid in family(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    sent = len(lab.writes())
    assert after <= sent < 12
    assert lab.lab.state_hash() != before
    states = lab.states()
    # Every write that was sent has its line, and some have no second one.
    assert sent <= states.count("intended")
    assert states.count("done") < states.count("intended")
    assert lab.undo()["left"] == []
    assert lab.lab.state_hash() == before
    again = lab.run("repair", changes=routes(6))
    assert all(one["changed"] for one in again["repairs"])


WRONG: dict[str, tuple[dict[str, t.Any], str]] = {
    "action": ({"action": "reboot"}, "changes: the action of entry 1 is none of route, firewall_rule"),
    "identity": ({"action": "route", "arguments": {"route_table": f"{b.NETWORK}/routeTables/rt", "secret": "x"}}, "entry 1: secret. Supported"),
    "option": ({"action": "route", "arguments": {"route_table": f"{b.NETWORK}/routeTables/rt", "nsg": "x"}}, "changes: entry 1: nsg. Supported"),
    "id": ({"action": "route", "arguments": {"route_table": "rt"}}, "changes: entry 1: route_table: 'rt' is not the resource id"),
    "nothing": ({"action": "nat_gateway", "arguments": {"subnet": f"{b.NETWORK}/virtualNetworks/v/subnets/s"}}, "changes: entry 1: .*nat_gateway"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "text"), WRONG.values(), ids=WRONG)
def test_a_wrong_entry_is_named_before_anything_is_asked(azure: Start, change: dict[str, t.Any], text: str) -> None:
    lab = azure([b.table()])
    with pytest.raises(running.OptionError, match=text):
        lab.run("repair", changes=[change])
    assert not any(entry["method"] in WRITING for entry in lab.log())
