# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two causes at once: the one to repair first is the root, the other is listed, and becomes the root once the first is repaired."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

import pytest

from tests.unit.plugins.action import test_kms_diagnosis
from tests.unit.plugins.module_utils._diagnosis import build
from tests.unit.plugins.module_utils._diagnosis.build import (
    ADDRESSES,
    NAME,
    answer,
    attempt,
    dns,
    event,
    events,
    failed,
    host,
)

ODD = "10.9.9.9"
BLOCK = {"id": "{1}", "name": "Block 1688", "source": "local", "action": "block", "certain": True, "conditions": []}
UNANSWERED = events(attempt(outcome="unanswered", value="0xC004F074"))


@dataclasses.dataclass(frozen=True)
class Cause:
    """What one cause leaves in the guest, and which cause the way through Azure has.

    `hides` and `lies_in` name a section that nobody can read then, and the one without which this cause is not seen.
    """

    id: str
    changes: tuple[build.Plain, ...] = ()
    azure: bool = False
    hides: str | None = None
    lies_in: str | None = None


def _eval() -> build.Plain:
    return {"os": {"edition_id": "ServerStandardEval", "sku": 79, "evaluation": True}}


# In the order in which a request for activation meets them: Windows' own service, what it may ask for, whom it asks, how the
# name becomes an address, the ways out of the guest and of Azure, and last what judges the answer.
CAUSES = (
    Cause(
        "licensing-service-disabled",
        ({"services": {"sppsvc": {"start": 4, "start_name": "disabled"}}}, failed("license", value="0x80070422")),
        hides="license",
    ),
    Cause("evaluation-edition", (_eval(),)),
    Cause("product-key-missing", ({"license": {"product": None}},), lies_in="license"),
    Cause(
        "not-kms-client",
        ({"license": {"product": {"channel": "mak", "channel_raw": "Volume:MAK"}}},),
        lies_in="license",
    ),
    Cause("kms-host-not-set", ({"kms_host": {"effective": None, "settings": []}},)),
    Cause("wrong-kms-host", (host("kms.corp.example", "other"),)),
    Cause(
        "dns-resolution-failed",
        (dns(answer(NAME, error="0x0000232B"), answer(NAME, server="168.63.129.16", error="0x0000232B")),),
    ),
    Cause(
        "dns-unexpected-answer",
        (dns(answer(NAME, ODD, verdict="unexpected"), answer(NAME, ADDRESSES[0], server="168.63.129.16")),),
    ),
    Cause("guest-firewall-blocks-kms", ({"firewall": {"default_outbound": "allow", "blocking": [BLOCK]}},)),
    Cause("nsg-denies-kms", azure=True),
    Cause("route-blackhole", azure=True),
    Cause("forced-tunneling", azure=True),
    Cause("azure-firewall-denies-kms", azure=True),
    Cause("appliance-blocks-kms", azure=True),
    Cause("no-outbound-path", azure=True),
    Cause("clock-skew", ({"clock": {"offset_seconds": 90000.0}},)),
    Cause("token-store-damaged", ({"events": {"others": [event(8198, "0xC004E015")]}},)),
)
# Causes that exclude each other, or of which one is what the other looks like.
APART = (
    {"product-key-missing", "not-kms-client"},
    {"evaluation-edition", "product-key-missing"},
    {"evaluation-edition", "not-kms-client"},
    {"kms-host-not-set", "wrong-kms-host"},
    {"dns-resolution-failed", "dns-unexpected-answer"},
    {"product-key-missing", "token-store-damaged"},
)
PAIRS = [
    (first, second)
    for first, second in itertools.combinations(CAUSES, 2)
    if {first.id, second.id} not in APART and (first.hides is None or first.hides != second.lies_in)
]


def evidence(*causes: Cause) -> dict[str, t.Any]:
    """Return an unlicensed guest with these causes and the way through Azure."""
    blocked = [cause.id for cause in causes if cause.azure]
    changes: list[build.Plain] = [build.unlicensed(), UNANSWERED]
    ids = {cause.id for cause in causes}
    if blocked or "guest-firewall-blocks-kms" in ids:
        changes.append(build.targets("filtered"))
    for cause in reversed(causes):
        changes += cause.changes
    path = build.azure("blocked", *blocked) if blocked else build.azure("open")
    return {"name": "web01", "guest": build.plain(*changes), "path": path}


def judged(*causes: Cause) -> tuple[str, list[str]]:
    """Return the root cause and the other findings that fail, by kms_diagnosis."""
    (found,) = test_kms_diagnosis.run(evidence=[evidence(*causes)])["diagnoses"]
    return found["root_cause"]["id"], [item["id"] for item in found["findings"] if item["status"] == "fail"]


def test_enough_pairs() -> None:
    assert len(PAIRS) >= 60


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.id)
def test_each_cause_alone_is_the_root(cause: Cause) -> None:
    assert judged(cause)[0] == cause.id


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda cause: cause.id)
def test_of_a_pair(first: Cause, second: Cause) -> None:
    root, others = judged(first, second)
    assert (root, second.id in others) == (first.id, True)
    assert judged(second)[0] == second.id
