# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What machine a host is, who activates it, and what follows from both for verdicts and plans."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import activator, machine
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Diagnosis, Evidence
from ansible_collections.azure_windows.activation.plugins.module_utils._plan import actions
from ansible_collections.azure_windows.activation.plugins.module_utils._plan.plan import RepairPlan, build
from tests.unit.plugins.module_utils._diagnosis import build as made

SILENT: made.Plain = {"imds": {"status": "timeout", "resource_id": None, "cloud": None}}
ANONYMOUS: made.Plain = {"imds": {"status": "ok", "resource_id": None, "cloud": "AzurePublicCloud"}}
UNASKED: made.Plain = {"imds": None}
AGENT: made.Plain = {"services": {"himds": {"exists": True, "status": "Running", "start_name": "automatic"}}}
INSTANCE = (
    "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/web/virtualMachines/3"
)
ARC = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.HybridCompute/machines/srv01"
LOCAL = f"{ARC}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default"


def avma(status: int = 5) -> made.Plain:
    """A guest with the key of a Hyper-V host, as slmgr.vbs describes it."""
    told = {"channel": "avma", "description": "VIRTUAL_MACHINE_ACTIVATION channel", "channel_raw": "Virtual:Machine"}
    if status == 1:
        return {"license": {"product": {**told, "grace_minutes": 0, "renewal_age_minutes": None, "permanent": True}}}
    return made.unlicensed(status, "0xC004FD01", **told)


def key(channel: str, status: int = 5) -> made.Plain:
    """An unlicensed guest with a key of another kind."""
    return made.unlicensed(status, "0xC004F034", channel=channel, description=channel.upper(), channel_raw=channel)


def edition(name: str, product_type: int = 1) -> made.Plain:
    sku = {"Enterprise": 4, "Professional": 48}.get(name)
    return {"os": {"edition_id": name, "product_type": product_type, "sku": sku, "build": 26100}}


MACHINES: list[tuple[t.Any, ...]] = [
    ((), {}, "azure_vm certain"),
    ((ANONYMOUS,), {}, "azure_vm certain"),
    (({"imds": {"resource_id": INSTANCE}},), {}, "scale_set_instance certain"),
    (({"imds": {"scale_set": "web"}},), {}, "scale_set_instance certain"),
    ((SILENT,), {"resource_id": made.VM}, "azure_vm certain"),
    ((SILENT,), {"resource_id": INSTANCE.lower()}, "scale_set_instance certain"),
    ((SILENT,), {"path": made.azure("open")}, "azure_vm certain"),
    ((SILENT,), {"resource_id": ARC}, "arc certain"),
    ((SILENT,), {"resource_id": LOCAL}, "azure_local certain"),
    ((SILENT, AGENT), {}, "arc likely"),
    # The agent on a VM of Azure (the documentation's way to try Arc) does not make it one of another place.
    ((AGENT,), {}, "azure_vm certain"),
    ((SILENT, avma()), {}, "azure_local possible"),
    ((SILENT, avma(1)), {}, "azure_local likely"),
    ((SILENT, made.host("169.254.169.250", "known_other")), {}, "other_cloud likely"),
    ((SILENT, made.host("kms.windows.googlecloud.com.", "known_other")), {}, "other_cloud likely"),
    # A VM that was moved to Azure and kept its host is a VM of Azure.
    ((made.host("kms.windows.googlecloud.com", "known_other"),), {}, "azure_vm certain"),
    # A misprint of Azure's own address is no sign of another cloud.
    ((SILENT, made.host("20.118.99.244", "known_other")), {}, "unknown possible"),
    (({"imds": {"status": "unexpected", "resource_id": None}},), {}, "not_azure likely"),
    (({"imds": {"status": "http-403", "resource_id": None}},), {}, "unknown possible"),
    ((SILENT,), {}, "unknown possible"),
    (
        (SILENT,),
        {"resource_id": "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Sql/servers/x"},
        "unknown possible",
    ),
    ((UNASKED,), {}, "unknown possible"),
    ((UNASKED, AGENT), {}, "unknown possible"),
]


@pytest.mark.parametrize(("changes", "more", "expected"), MACHINES)
def test_a_machine_is_what_the_evidence_says(changes: t.Any, more: t.Any, expected: str) -> None:
    found = diagnose(dataclasses.replace(made.evidence(*changes), **more)).machine
    assert found is not None
    assert f"{found.kind} {found.confidence}" == expected
    assert found.kind in machine.KINDS
    assert found.evidence or found.kind == machine.UNKNOWN


def test_every_kind_of_machine_is_tried() -> None:
    assert {row[2].split()[0] for row in MACHINES} == set(machine.KINDS)


OWN = made.host("kms01.corp.example", "other")
DIRECTORY: made.Plain = {"license": {"product": {"activation_type": 1, "directory_object": "Activation Object"}}}
NO_HOST: made.Plain = {"kms_host": {"effective": None, "settings": []}}
ACTIVATORS: list[tuple[t.Any, ...]] = [
    ((), "azure_kms likely azkms.core.windows.net"),
    ((OWN,), "own_kms likely kms01.corp.example"),
    ((made.unlicensed(), OWN), "own_kms likely kms01.corp.example"),
    ((NO_HOST,), "azure_kms likely azkms.core.windows.net"),
    (
        (NO_HOST, made.events(made.attempt("2026-11-22T08:00:00Z", "success", name="KMS02.corp.example"))),
        "own_kms likely kms02.corp.example",
    ),
    ((NO_HOST, made.events()), "unknown possible None"),
    ((DIRECTORY,), "active_directory certain Activation Object"),
    ((made.unlicensed(), {"license": {"activation_type_enabled": 1}}), "active_directory likely None"),
    ((made.unlicensed(), {"license": {"activation_type_enabled": 2}}), "azure_kms likely azkms.core.windows.net"),
    ((avma(),), "avma certain None"),
    *(((key(channel),), f"{channel} certain None") for channel in ("mak", "retail", "oem", "kms_host")),
    ((key("retail"), edition("Enterprise")), "subscription possible None"),
    ((key("retail"), edition("EducationN")), "subscription possible None"),
    ((key("retail"), edition("Professional")), "subscription possible None"),
    ((key("retail"), edition("Core")), "retail certain None"),
    ((key("oem"), edition("Enterprise")), "oem certain None"),
    ((key("retail"), edition("Enterprise", 3)), "retail certain None"),
    ((made.unlicensed(channel="evaluation"),), "evaluation certain None"),
    (({"license": {"product": None}},), "unknown possible None"),
    ((made.unlicensed(channel="unknown"),), "unknown possible None"),
]


@pytest.mark.parametrize(("changes", "expected"), ACTIVATORS)
def test_who_activates_is_what_the_evidence_says(changes: t.Any, expected: str) -> None:
    found = made.verdict(*changes).activator
    assert found is not None
    assert f"{found.kind} {found.confidence} {found.name}" == expected


def test_every_kind_of_activator_is_tried() -> None:
    assert {row[1].split()[0] for row in ACTIVATORS} == set(activator.KINDS)


def served(*states: str) -> made.Plain:
    """An own KMS in one state, Azure's addresses in another."""
    own = made.target("10.1.2.4", states[0], ("configured",))
    azure = [made.target(address, states[1]) for address in made.ADDRESSES]
    return {
        "connectivity": {"targets": [own, *azure]},
        **made.dns(
            made.answer("kms01.corp.example", "10.1.2.4", verdict="unexpected"), made.answer(made.NAME, *made.ADDRESSES)
        ),
        **OWN,
    }


@pytest.mark.parametrize(
    ("changes", "root", "severity", "others"),
    [
        # An own KMS that answers: the way to Azure's is no danger.
        ((served("kms", "filtered"),), "activated", "info", set()),
        ((served("kms", "guest_blocked"),), "activated", "info", set()),
        # It does not answer: the next renewal fails.
        ((served("filtered", "kms"),), "activated", "warning", {"wrong-kms-host"}),
        ((served("filtered", "filtered"),), "activated", "warning", {"wrong-kms-host", "kms-unreachable-unexplained"}),
        # It answers, and the guest is not licensed all the same.
        ((served("kms", "kms"), made.unlicensed()), "wrong-kms-host", "error", set()),
        # Another cloud's KMS is right there, and wrong in Azure.
        (
            (served("kms", "filtered"), made.host("kms01.corp.example", "known_other"), SILENT),
            "activated",
            "info",
            set(),
        ),
    ],
)
def test_danger_is_judged_for_who_activates(changes: t.Any, root: str, severity: str, others: set[str]) -> None:
    found = made.verdict(*changes)
    assert (found.root_cause.id, found.root_cause.severity) == (root, severity)
    assert {item.id for item in found.findings if item.status == "fail"} == others


def test_azures_kms_is_information_where_another_serves() -> None:
    facts = made.verdict(served("kms", "filtered")).root_cause.evidence
    assert {fact.object: fact.value["state"] for fact in facts if fact.kind == "tcp"} == {
        "10.1.2.4:1688": "kms",
        **{f"{address}:1688": "filtered" for address in made.ADDRESSES},
    }


TROUBLED = (
    (avma(),),
    (key("mak"),),
    (made.unlicensed(), OWN),
    (made.unlicensed(), made.host("", "other")),
    ({"license": {"product": None}},),
    (made.unlicensed(), made.targets("filtered")),
    (made.unlicensed(), made.events()),
    (made.unlicensed(reason="0xC004E015"),),
    (made.unlicensed(), {"services": {"sppsvc": {"exists": True, "start_name": "disabled", "start": 4}}}),
    (made.renewed(20 * 1440), made.events()),
)
HOLDS_ANYWHERE = {"licensing-service-disabled", "token-store-damaged", "renewal-overdue"}


@pytest.mark.parametrize("changes", TROUBLED)
def test_a_cause_is_possible_at_most_where_the_machine_may_not_be_in_azure(changes: t.Any) -> None:
    before, after = made.verdict(*changes), made.verdict(*changes, SILENT)
    assert after.root_cause.id == before.root_cause.id
    if after.root_cause.id not in HOLDS_ANYWHERE:
        assert after.root_cause.confidence == "possible"
        assert any(fact.kind == "imds" and fact.value == "timeout" for fact in after.root_cause.evidence)
    assert any("may not be a VM in Azure" in sentence for sentence in after.chain)
    known = diagnose(dataclasses.replace(made.evidence(*changes, SILENT), resource_id=made.VM))
    assert known.root_cause.confidence == before.root_cause.confidence
    assert not any("may not be a VM" in sentence for sentence in (*before.chain, *known.chain))


def planned(
    item: Evidence, *opened: str, allowed: t.Collection[str] = actions.HARMLESS
) -> tuple[Diagnosis, RepairPlan]:
    found = diagnose(item)
    return found, build([found], [item], allowed, opened=opened)


@pytest.mark.parametrize("elsewhere", [SILENT, UNASKED, {"imds": {"status": "unexpected", "resource_id": None}}])
@pytest.mark.parametrize("changes", TROUBLED)
def test_nothing_is_changed_by_default_on_a_machine_not_proved_to_be_in_azure(
    changes: t.Any, elsewhere: made.Plain
) -> None:
    item = made.evidence(*changes, elsewhere)
    _found, plan = planned(item, allowed=actions.NAMES)
    assert (plan.touched, plan.hosts["web01"].run) == ((), ())
    assert all("remediate_outside_azure" in (step.obstacle or "") for step in plan.hosts["web01"].steps)
    _found, opened = planned(item, "outside_azure", allowed=actions.NAMES)
    _found, proved = planned(dataclasses.replace(item, resource_id=made.VM), allowed=actions.NAMES)
    # Alone what is only possible keeps an attempt from being sure to fail.
    assert set(proved.hosts["web01"].run) <= set(opened.hosts["web01"].run)
    assert "outside" not in str([step.obstacle for step in proved.hosts["web01"].steps])


@pytest.mark.parametrize(
    ("changes", "opened", "run"),
    [
        ((key("retail"), edition("Enterprise")), (), ()),
        ((key("retail"), edition("Enterprise")), ("convert_key",), ("key", "activation")),
        ((key("retail"), edition("Professional", 3)), (), ("key", "activation")),
        ((key("mak"), edition("Enterprise")), (), ("key", "activation")),
    ],
)
def test_a_key_that_may_belong_to_a_subscription_stays_by_default(changes: t.Any, opened: t.Any, run: t.Any) -> None:
    _found, plan = planned(made.evidence(*changes), *opened)
    assert plan.hosts["web01"].run == run
