# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diagnosis, kms_key and kms_token_store give every edition the same key, or none for the same reason."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re

import hypothesis
import pytest
from hypothesis import strategies as st

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import keys
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.view import View
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import GuestEvidence
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import interpret
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import client_keys
from ansible_collections.azure_windows.activation.plugins.module_utils._remedy import key
from ansible_collections.azure_windows.activation.plugins.module_utils._remedy.preconditions import (
    RefusedError,
    view_of,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._remedy.token_store import preconditions

HEALTHY = (pathlib.Path(__file__).parents[3] / "fixtures" / "guest" / "healthy.json").read_text(encoding="utf-8")
INSTALLED = "ZZZZZ"
KMS, TIMED = "VOLUME_KMSCLIENT", "TIMEBASED_EVAL"
# kms_token_store has names of its own for what kms_key refuses.
STORE_REFUSALS = {"evaluation-edition": "evaluation", "multi-session-edition": "multi-session"}


@dataclasses.dataclass(frozen=True)
class Windows:
    """What a guest says of itself."""

    edition_id: str | None
    sku: int | None
    build: int | None
    caption: str | None = None
    name: str = "Windows(R), edition"
    channel: str = KMS


def guest(windows: Windows) -> GuestEvidence:
    """Return the evidence of an unlicensed KMS client with a key that is nobody's."""
    raw = json.loads(HEALTHY)
    system = {"edition_id": windows.edition_id, "sku": windows.sku, "build": windows.build}
    raw["sections"]["os"]["data"] |= {**system, "caption": windows.caption, "product_name": windows.caption}
    description = f"Windows(R) Operating System, {windows.channel} channel"
    row = {"Name": windows.name, "Description": description, "ProductKeyChannel": None, "LicenseFamily": None}
    raw["sections"]["license"]["data"]["products"][0] |= {
        **row, "PartialProductKey": INSTALLED, "LicenseStatus": 5, "GracePeriodRemaining": 0,
    }  # fmt: skip
    return interpret(raw)


def advised(view: View) -> str | None:
    """Return the end of the key that the diagnosis has somebody install."""
    shown = repr([item for item in keys.install_key(view) if item.action == "key"])
    found = re.findall(r"ends in ([A-Z0-9]{5})\b", shown)
    assert len(found) == (shown != "[]")
    return found[0] if found else None


def changed(evidence: GuestEvidence) -> tuple[str | None, str | None]:
    """Return what kms_key installs, or its refusal."""
    try:
        return key.decide(evidence, None, False).wanted.partial, None
    except RefusedError as refused:
        return None, refused.id


def rebuilt(view: View) -> tuple[str | None, str | None]:
    """Return what kms_token_store installs into a rebuilt store, or its refusal in the words of kms_key."""
    try:
        return preconditions.require_kms_client(view).partial, None
    except RefusedError as refused:
        if refused.id == "no-client-key":
            reason = re.search(r"\((.*?)\)", str(refused))
            return None, reason[1].replace(" ", "-") if reason else ""
        return None, STORE_REFUSALS[refused.id]


EDITIONS = sorted({row.edition_id for row in client_keys.KEYS})
OTHERS = [
    "ServerStandardEval", "ServerDatacenterEvalCor", "EnterpriseEval", "EnterpriseSEval", "ServerRdsh", "serverrdsh", "Core", "CoreN",
    "ServerAzureStackHCICor", "ServerDatacenterCor", "ServerWhatever", "Datacenter", "", " ", None,
]  # fmt: skip
SKUS = sorted({row.sku for row in client_keys.KEYS if row.sku is not None})
CORE_SKUS = (12, 13, 14, 29, 39, 40, 41)
BUILDS = sorted({build for row in client_keys.KEYS for build in (row.first_build, row.last_build)})
NAMES = [
    "Windows(R), edition",
    "Windows(R), ServerDatacenter edition",
    "Windows(R), ServerRdsh edition",
    "Windows Évaluation",
]
known = st.sampled_from(client_keys.KEYS)
editions = st.one_of(
    st.sampled_from([*EDITIONS, *OTHERS]), st.sampled_from(EDITIONS).map(str.upper), st.text(max_size=12)
)
skus = st.one_of(st.sampled_from([*SKUS, *CORE_SKUS, 72, 79, 80, 84, 129, 175, 407, 9999, None]), st.integers(0, 500))
builds = st.one_of(st.sampled_from([*BUILDS, 20349, 25398, 27000, None]), st.integers(5000, 30000))
noise = st.fixed_dictionaries(
    {
        "caption": st.one_of(
            st.none(), st.text(max_size=20), st.sampled_from(["Windows Server 2022 Evaluation", *NAMES])
        ),
        "name": st.sampled_from(NAMES),
        "channel": st.sampled_from([KMS, KMS, KMS, TIMED]),
    }
)


@st.composite
def machines(draw: st.DrawFn) -> Windows:
    """Draw a machine near to a published row: at most two of its marks are others'."""
    row = draw(known)
    marks = {"edition_id": row.edition_id, "sku": row.sku, "build": row.first_build}
    for mark, drawn in (("edition_id", editions), ("sku", skus), ("build", builds)):
        if draw(st.booleans()):
            marks[mark] = draw(drawn)
    return Windows(**marks, **draw(noise))


def agree(windows: Windows) -> tuple[str | None, str | None]:
    """Hold the three to one answer; return it as (end of the key, refusal)."""
    evidence = guest(windows)
    view = view_of(evidence)
    answer = changed(evidence)
    assert rebuilt(view) == answer
    assert advised(view) == answer[0]
    return answer


@hypothesis.settings(max_examples=400, deadline=None, database=None)
@hypothesis.given(machines())
def test_the_three_never_disagree(windows: Windows) -> None:
    partial, _refusal = agree(windows)
    evidence = guest(windows)
    assert evidence.client_key is not None
    assert evidence.os is not None
    if partial is not None:
        assert (evidence.client_key.partial, evidence.client_key.refusal) == (partial, None)
        # A key that nothing about the edition asked for would be a guess.
        rows = [row for row in client_keys.KEYS if row.partial == partial]
        named = {row.edition_id.casefold() for row in rows} | {""}
        assert (evidence.os.edition_id or "").casefold() in named
        assert evidence.os.edition_id or windows.sku in {row.sku for row in rows} | set(CORE_SKUS)
        assert any(row.first_build <= (windows.build or 0) <= row.last_build for row in rows)
        assert windows.channel == KMS


@pytest.mark.parametrize("noisy", [{}, {"caption": "Windows Server 2022 Datacenter Evaluation"}, {"caption": "評価版"}])
@pytest.mark.parametrize(
    ("edition_id", "sku", "build", "answer"),
    [
        ("ServerStandard", 7, 20348, ("VMK7H", None)),
        ("ServerStandard", 8, 20348, (None, "unknown-edition")),
        ("ServerDatacenter", 12, 7601, ("7M648", None)),
        ("ServerDatacenterEval", 80, 20348, (None, "evaluation")),
        ("ServerRdsh", 175, 22631, (None, "multi-session")),
        (None, 175, 22631, (None, "multi-session")),
        ("Core", 101, 22631, (None, "not-published")),
        ("ServerDatacenter", 8, None, (None, "unknown-edition")),
    ],
)
def test_known_answers(
    edition_id: str | None, sku: int, build: int | None, answer: tuple[str | None, str | None], noisy: dict[str, str]
) -> None:
    assert agree(Windows(edition_id, sku, build, **noisy)) == answer
