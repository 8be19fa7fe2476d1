# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From diagnoses to a plan: what is done, what is not and why, and each Azure object once."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import activator, precedence
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Activator, Evidence
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.rule import remedy
from ansible_collections.azure_windows.activation.plugins.module_utils._plan import (
    actions,
    azure_objects,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._plan.actions import OBSTACLES
from ansible_collections.azure_windows.activation.plugins.module_utils._plan.plan import RepairPlan, build
from tests.unit.plugins.module_utils._diagnosis import build as made

TABLE = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Network/routeTables/rt"
SUBNET = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/snet"
FIREWALL = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Network/azureFirewalls/afw"
NSG = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg"
EVERYTHING = actions.NAMES
FOREIGN = made.host("kms01.corp.example", "other")
BLOCKED = (made.unlicensed(), made.targets("filtered"), made.events(made.attempt()))


def planned(*items: Evidence, allowed: t.Collection[str] = actions.HARMLESS) -> RepairPlan:
    return build([diagnose(item) for item in items], list(items), allowed)


def path(cause: str, **more: t.Any) -> made.Plain:
    """A blocked path whose objects have ids."""
    found = made.azure("blocked", cause, subnet_id=SUBNET, subnet_prefixes=["10.1.2.0/24"], route_table_id=TABLE)
    for row in found["addresses"]:
        row["hops"][0]["id"] = FIREWALL
        row["nsg"]["rule"]["nsg_id"] = NSG
    return {**found, **more}


def at(name: str, item: Evidence) -> Evidence:
    return dataclasses.replace(item, name=name)


def test_a_healthy_host_needs_nothing() -> None:
    plan = planned(made.evidence())
    assert (plan.hosts["web01"].steps, plan.azure, plan.touched) == ((), (), ())


@pytest.mark.parametrize(
    ("changes", "run"),
    [
        ((made.unlicensed(), FOREIGN), ("host", "activation")),
        ((made.unlicensed(channel="mak", description="VOLUME_MAK"),), ("key", "activation")),
        ((FOREIGN, made.unlicensed(channel="mak", description="VOLUME_MAK")), ("host", "key", "activation")),
        ((made.renewed(20 * 1440), made.events()), ("activation",)),
    ],
)
def test_what_is_harmless_is_done_in_order(changes: tuple[made.Plain, ...], run: tuple[str, ...]) -> None:
    plan = planned(made.evidence(*changes))
    assert plan.hosts["web01"].run == run
    assert plan.touched == ("web01",)


def test_nothing_that_can_lose_or_open_something_is_done_without_a_word() -> None:
    """Restarting, opening a firewall, setting the clock, files that are replaced and anything in Azure are asked for."""
    assert set(actions.HARMLESS) == {"service", "host", "key", "dns_cache", "activation"}


def test_the_steps_are_shown_in_the_order_in_which_they_are_done() -> None:
    item = made.evidence(
        *BLOCKED,
        FOREIGN,
        {"clock": {"offset_seconds": 90000.0}},
        made.events(others=(made.event(1003, "0xC004E002"),)),
        path=path("forced-tunneling"),
    )
    shown = [step.action for step in planned(item, allowed=EVERYTHING).hosts["web01"].steps]
    assert shown == ["route", "clock", "host", "token_store", "activation"]


def test_what_is_not_allowed_is_said_and_no_attempt_is_wasted() -> None:
    item = made.evidence(*BLOCKED, path=path("forced-tunneling"))
    plan = planned(item)
    steps = {step.action: step for step in plan.hosts["web01"].steps}
    assert not steps["route"].allowed
    assert steps["route"].who == "network_team"
    assert steps["route"].variable == "remediate_actions: [route]"
    assert "forced-tunneling is not being fixed" in (steps["activation"].obstacle or "")
    assert (plan.hosts["web01"].run, plan.touched) == ((), ())


@pytest.mark.parametrize(
    ("cause", "action", "arguments"),
    [
        ("forced-tunneling", "route", {"route_table": TABLE}),
        ("route-blackhole", "route", {"route_table": TABLE}),
        ("azure-firewall-denies-kms", "firewall_rule", {"firewall": FIREWALL, "sources": ["10.1.2.0/24"]}),
        ("azure-firewall-application-rule", "firewall_rule", {"firewall": FIREWALL, "sources": ["10.1.2.0/24"]}),
        ("nsg-denies-kms", "nsg_rule", {"nsg": NSG}),
        ("no-outbound-path", "nat_gateway", {"subnet": SUBNET}),
    ],
)
def test_an_azure_cause_names_the_object(cause: str, action: str, arguments: made.Plain) -> None:
    plan = planned(made.evidence(*BLOCKED, path=path(cause)), allowed=EVERYTHING)
    (step,) = (step for step in plan.azure if step.findings == (cause,))
    assert (step.action, step.arguments, step.due, step.hosts) == (action, arguments, True, ("web01",))
    assert plan.hosts["web01"].run == ("activation",)


def test_a_subnet_with_basic_resources_gets_no_nat_gateway() -> None:
    change = {"known": True, "moves": [], "basic": ["shop-ip"]}
    (step,) = planned(
        made.evidence(*BLOCKED, path=path("no-outbound-path", nat_gateway=change)), allowed=EVERYTHING
    ).azure
    assert not step.due
    assert "shop-ip" in str(step.obstacle)


def test_a_subnet_without_a_route_table_gets_one() -> None:
    item = made.evidence(*BLOCKED, path=path("forced-tunneling", route_table_id=None))
    (step,) = planned(item, allowed=EVERYTHING).azure
    assert step.arguments == {"subnet": SUBNET, "create_route_table": True}


def test_an_object_of_many_hosts_is_changed_once() -> None:
    denied = "azure-firewall-denies-kms"
    other = path(denied, subnet_prefixes=["10.1.3.0/24"])
    other["addresses"][0]["hops"][0]["id"] = FIREWALL.upper()
    fleet = [
        at("one", made.evidence(*BLOCKED, path=path(denied))),
        at("two", made.evidence(*BLOCKED, path=path(denied))),
        at("three", made.evidence(*BLOCKED, path=other)),
    ]
    (step,) = planned(*fleet, allowed=EVERYTHING).azure
    assert step.hosts == ("one", "two", "three")
    assert step.arguments["sources"] == ["10.1.2.0/24", "10.1.3.0/24"]


def test_an_object_that_is_not_named_is_not_guessed() -> None:
    item = made.evidence(*BLOCKED, path=path("forced-tunneling", route_table_id=None, subnet_id=None))
    plan = planned(item, allowed=EVERYTHING)
    assert plan.azure == ()
    (step,) = (step for step in plan.hosts["web01"].steps if step.action == "route")
    assert step.obstacle == OBSTACLES["no_target"]


def test_an_unreachable_guest_is_repaired_in_azure_only() -> None:
    item = made.without_guest(path=path("nsg-denies-kms"))
    plan = planned(item, allowed=EVERYTHING)
    assert [step.action for step in plan.azure if step.due] == ["nsg_rule"]
    assert plan.hosts["web01"].run == ()
    assert {step.obstacle for step in plan.hosts["web01"].steps if step.target == "guest"} <= {
        OBSTACLES["guest_unasked"]
    }


def test_every_action_that_a_finding_names_is_known() -> None:
    named = set()
    for cause in precedence.IDS:
        item = made.evidence(*BLOCKED, path=path(cause))
        diagnosis = diagnose(item)
        for finding in (diagnosis.root_cause, *diagnosis.findings):
            named |= {remedy.action for remedy in finding.remedy if remedy.action}
    assert {"route", "firewall_rule", "nsg_rule", "nat_gateway"} <= named <= set(actions.NAMES)


def test_what_a_parent_policy_denies_does_not_hold_up_the_others() -> None:
    denied = "azure-firewall-denies-kms"
    other = path(denied, subnet_prefixes=["10.1.9.0/24"])
    for row in other["addresses"]:
        row["hops"][0]["rule"] = {
            "type": "network",
            "name": "no-high-ports",
            "inherited": True,
            "policy_id": "/x/afwp-base",
        }
    fleet = [at("one", made.evidence(*BLOCKED, path=other)), at("two", made.evidence(*BLOCKED, path=path(denied)))]
    plan = planned(*fleet, allowed=EVERYTHING)
    due, held = sorted(plan.azure, key=lambda step: not step.due)
    assert (due.hosts, due.arguments["sources"], due.due) == (("two",), ["10.1.2.0/24"], True)
    assert (held.hosts, held.due) == (("one",), False)
    assert "no-high-ports of parent policy afwp-base" in (held.obstacle or "")
    assert plan.touched == ("two",)


def test_a_deny_of_the_licensing_tag_is_not_fought() -> None:
    blocked = path("nsg-denies-kms")
    for row in blocked["addresses"]:
        row["nsg"]["platform_rule"] = azure_objects.DENIED_BY_TAG
    (step,) = planned(made.evidence(*BLOCKED, path=blocked), allowed=EVERYTHING).azure
    assert not step.due
    assert "AzurePlatformLKM" in (step.obstacle or "")


def test_a_second_cause_that_stays_saves_the_attempt() -> None:
    """Both causes need the same action once; a third one that nobody may repair would stop every attempt."""
    both = made.azure("blocked", "forced-tunneling", "nsg-denies-kms", subnet_id=SUBNET, route_table_id=TABLE)
    both["addresses"][1]["cause"] = "nsg-denies-kms"
    plan = planned(made.evidence(*BLOCKED, path=both), allowed=("route", "activation"))
    assert [step.action for step in plan.azure if step.due] == ["route"]
    assert plan.hosts["web01"].run == ()
    (attempt,) = (step for step in plan.hosts["web01"].steps if step.action == "activation")
    assert "nsg-denies-kms is not being fixed" in (attempt.obstacle or "")


def test_only_faults_that_are_errors_or_warnings_are_repaired() -> None:
    item = made.evidence(made.unlicensed(), FOREIGN)
    root = diagnose(item).root_cause
    for status, severity, repaired in (
        ("fail", "warning", True),
        ("fail", "error", True),
        ("fail", "info", False),
        ("unknown", "warning", False),
    ):
        beside = dataclasses.replace(
            root, id="not-kms-client", status=status, severity=severity, remedy=(remedy("guest_admin", action="key"),)
        )
        diagnosis = dataclasses.replace(diagnose(item), findings=(beside,))
        steps = build([diagnosis], [item], EVERYTHING).hosts["web01"].steps
        assert ("key" in {step.action for step in steps}) is repaired, (status, severity)


def test_an_object_without_a_name_hides_no_other() -> None:
    nameless = made.evidence(*BLOCKED, path=path("forced-tunneling", route_table_id=None, subnet_id=None))
    fleet = [at("one", nameless), at("two", made.evidence(*BLOCKED, path=path("forced-tunneling")))]
    assert [step.hosts for step in planned(*fleet, allowed=EVERYTHING).azure] == [("two",)]


def test_a_firewall_that_lets_the_traffic_pass_or_has_no_source_is_left_alone() -> None:
    denied = "azure-firewall-denies-kms"
    assert planned(made.evidence(*BLOCKED, path=path(denied)), allowed=EVERYTHING).azure != ()
    for change in ({"verdict": "open"}, {"kind": "hub"}, {"id": None}):
        found = path(denied)
        for row in found["addresses"]:
            row["hops"][0].update(change)
        assert planned(made.evidence(*BLOCKED, path=found), allowed=EVERYTHING).azure == ()
    assert planned(made.evidence(*BLOCKED, path=path(denied, subnet_prefixes=[])), allowed=EVERYTHING).azure == ()


def test_what_is_only_possible_is_not_changed_in_azure() -> None:
    item = made.evidence(*BLOCKED, path=path("forced-tunneling"))
    diagnosis = diagnose(item)
    for confidence, obstacle in (("possible", OBSTACLES["only_possible"]), ("likely", None), ("certain", None)):
        root = dataclasses.replace(diagnosis.root_cause, confidence=confidence)
        (step,) = build([dataclasses.replace(diagnosis, root_cause=root)], [item], EVERYTHING).azure
        assert (step.obstacle, step.due) == (obstacle, obstacle is None)


def test_the_objects_of_a_path_that_was_pasted_in_with_odd_values_are_still_named() -> None:
    found = path("azure-firewall-denies-kms", subnet_prefixes=[None, "10.1.2.0/24", 7])
    for row in found["addresses"]:
        row["hops"] = [None, "odd", *row["hops"]]
    (step,) = planned(made.evidence(*BLOCKED, path=found), allowed=EVERYTHING).azure
    assert step.arguments == {"firewall": FIREWALL, "sources": ["10.1.2.0/24"]}


@pytest.mark.parametrize("rule", [{"inherited": True, "type": "default"}, {"inherited": False, "type": "network"}])
def test_only_a_network_rule_of_a_parent_comes_before_ours(rule: made.Plain) -> None:
    found = path("azure-firewall-denies-kms")
    for row in found["addresses"]:
        row["hops"][0]["rule"] = {"name": "x", "policy_id": "/x/y", **rule}
    (step,) = planned(made.evidence(*BLOCKED, path=found), allowed=EVERYTHING).azure
    assert step.due


def test_a_host_that_is_repaired_only_in_azure_is_touched() -> None:
    plan = planned(made.without_guest(path=path("nsg-denies-kms")), allowed=EVERYTHING)
    assert plan.touched == ("web01",)
    assert planned(made.without_guest(path=path("nsg-denies-kms")), allowed=()).touched == ()


def test_the_first_remedy_of_a_finding_hides_no_other() -> None:
    item = made.evidence(made.unlicensed(), FOREIGN, path=path("forced-tunneling"))
    remedies = (
        remedy("guest_admin", action="activation"),
        remedy("guest_admin"),
        remedy("network_team", action="route"),
        remedy("guest_admin", action="host"),
    )
    diagnosis = diagnose(item)
    diagnosis = dataclasses.replace(
        diagnosis, root_cause=dataclasses.replace(diagnosis.root_cause, remedy=remedies), findings=()
    )
    steps = build([diagnosis], [item], EVERYTHING).hosts["web01"].steps
    assert [(step.action, step.who) for step in steps] == [
        ("route", "network_team"),
        ("host", "guest_admin"),
        ("activation", "guest_admin"),
    ]


@pytest.mark.parametrize(
    ("confidences", "licensed", "stays"),
    [
        # The first is the root cause's, the second of a finding beside it; neither is going to be repaired.
        (("certain", "possible"), False, "root"),
        (("likely", "possible"), False, "root"),
        (("possible", "certain"), False, "beside"),
        (("possible", "likely"), False, None),
        (("certain", "certain"), True, None),
    ],
)
def test_which_cause_stops_an_attempt(confidences: tuple[str, str], licensed: bool, stays: str | None) -> None:
    item = made.evidence(made.unlicensed(), FOREIGN)
    diagnosis = diagnose(item)
    fault = dataclasses.replace(
        diagnosis.root_cause, severity="error", status="fail", remedy=(remedy("guest_admin", action="clock"),)
    )
    root, beside = (
        dataclasses.replace(fault, id=name, confidence=confidence)
        for name, confidence in zip(("root", "beside"), confidences, strict=True)
    )
    diagnosis = dataclasses.replace(diagnosis, root_cause=root, findings=(beside,), licensed=licensed)
    steps = build([diagnosis], [item], ("activation",)).hosts["web01"].steps
    (attempt,) = (step for step in steps if step.action == "activation")
    wanted = OBSTACLES["stays"].format(finding=stays) if stays else OBSTACLES["nothing_due"]
    assert attempt.obstacle == wanted


def test_an_attempt_that_is_the_remedy_itself_waits_for_nothing_but_a_guard() -> None:
    item = made.evidence(made.renewed(20 * 1440), made.events())
    diagnosis = diagnose(item)
    assert [remedy_.action for remedy_ in diagnosis.root_cause.remedy] == ["activation"]
    (attempt,) = build([diagnosis], [item], ()).hosts["web01"].steps
    assert attempt.obstacle is None
    elsewhere = dataclasses.replace(diagnosis, machine=None)
    (attempt,) = build([elsewhere], [item], EVERYTHING).hosts["web01"].steps
    assert attempt.obstacle == OBSTACLES["outside_azure"]
    (attempt,) = build([elsewhere], [item], EVERYTHING, opened=("outside_azure",)).hosts["web01"].steps
    assert attempt.obstacle is None


def test_one_step_that_is_done_is_enough_for_an_attempt() -> None:
    item = made.evidence(made.unlicensed(), FOREIGN, {"clock": {"offset_seconds": 90000.0}})
    plan = planned(item, allowed=("host", "clock", "activation")).hosts["web01"]
    assert "activation" in plan.run
    diagnosis = dataclasses.replace(diagnose(item), licensed=True)
    (attempt,) = (s for s in build([diagnosis], [item], ("clock",)).hosts["web01"].steps if s.action == "activation")
    assert attempt.obstacle is None


def test_the_retail_key_of_a_subscription_is_replaced_only_when_somebody_says_so() -> None:
    item = made.evidence(made.unlicensed(channel="mak", description="VOLUME_MAK"))
    diagnosis = diagnose(item)
    subscription = dataclasses.replace(diagnosis, activator=Activator(activator.SUBSCRIPTION, "possible"))
    for found, opened, obstacle in (
        (diagnosis, (), None),
        (dataclasses.replace(diagnosis, activator=None), (), None),
        (subscription, (), OBSTACLES["subscription"]),
        (subscription, ("outside_azure",), OBSTACLES["subscription"]),
        (subscription, ("convert_key",), None),
    ):
        steps = build([found], [item], EVERYTHING, opened=opened).hosts["web01"].steps
        assert {step.action: step.obstacle for step in steps}["key"] == obstacle
        assert {step.action: step.obstacle for step in steps}["activation"] != OBSTACLES["subscription"]
