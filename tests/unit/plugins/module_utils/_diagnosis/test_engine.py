# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole diagnosis: which cause is the root, what becomes of the others, and what always holds."""

from __future__ import annotations

import dataclasses
import random
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import engine, facts, precedence
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import (
    CONFIDENCES,
    SEVERITIES,
    STATUSES,
    Diagnosis,
    Evidence,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import SECTIONS, GuestEvidence
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain
from tests.unit.plugins.module_utils._diagnosis import build
from tests.unit.plugins.module_utils._diagnosis.build import (
    ADDRESSES,
    NAME,
    answer,
    attempt,
    azure,
    dns,
    event,
    events,
    failed,
    host,
    renewed,
    target,
    targets,
    unlicensed,
)

BROKEN = unlicensed()
SERVICE = {"services": {"sppsvc": {"start": 4, "start_name": "disabled"}}}
EVALUATION = {
    "os": {"evaluation": True, "edition_id": "ServerStandardEval"},
    "client_key": {"partial": None, "refusal": "evaluation"},
}
MULTI = {
    "os": {"multi_session": True, "edition_id": "ServerRdsh"},
    "client_key": {"partial": None, "refusal": "multi_session"},
}
RETAIL = {"license": {"product": {"channel": "retail", "description": "RETAIL channel"}}}
NO_KEY: dict[str, t.Any] = {"license": {"product": None}}
NO_HOST: dict[str, t.Any] = {"kms_host": {"effective": None, "settings": []}}
WRONG = host("kms.corp.example", "other")
NO_NAME = dns(answer(NAME, error="0x8007232B"))
ODD_NAME = {
    **dns(answer(NAME, "10.9.9.9", verdict="unexpected")),
    "connectivity": {"targets": [target("10.9.9.9", "filtered", ("dns",))]},
}
FIREWALL = targets("guest_blocked", code="0x8007271D")
RULED = {
    "firewall": {
        "blocking": [
            {"id": "{1}", "name": "x", "source": "local", "action": "block", "certain": True, "conditions": []}
        ]
    }
}
SILENT = targets("filtered")
CLOCK = {"clock": {"offset_seconds": 18600.0}}
STORE = events(others=(event(1003, "0xC004E002"),))
CHAIN = {
    "os": {"azure_edition": True, "edition_id": "ServerTurbine"},
    "attestation": {"status": "chain-incomplete", "missing_issuer": "CN=X"},
}

# The one to fix first, the other one, and whether the other stays a finding of its own.
PAIRS: list[tuple[str, dict[str, t.Any], str, dict[str, t.Any], bool]] = [
    ("licensing-service-disabled", SERVICE, "evaluation-edition", EVALUATION, True),
    ("licensing-service-disabled", SERVICE, "clock-skew", CLOCK, True),
    ("evaluation-edition", EVALUATION, "kms-unreachable-unexplained", SILENT, True),
    ("evaluation-edition", EVALUATION, "product-key-missing", NO_KEY, False),
    ("multi-session-edition", {**MULTI, **WRONG}, "kms-unreachable-unexplained", SILENT, True),
    ("multi-session-edition", MULTI, "wrong-kms-host", WRONG, False),
    ("multi-session-edition", MULTI, "not-kms-client", RETAIL, False),
    ("product-key-missing", NO_KEY, "kms-unreachable-unexplained", SILENT, True),
    ("not-kms-client", RETAIL, "wrong-kms-host", WRONG, True),
    ("not-kms-client", RETAIL, "token-store-damaged", STORE, True),
    ("kms-host-not-set", NO_HOST, "clock-skew", CLOCK, True),
    ("wrong-kms-host", WRONG, "kms-unreachable-unexplained", SILENT, True),
    ("wrong-kms-host", WRONG, "dns-resolution-failed", NO_NAME, True),
    ("dns-resolution-failed", NO_NAME, "guest-firewall-blocks-kms", FIREWALL, True),
    ("dns-unexpected-answer", ODD_NAME, "clock-skew", CLOCK, True),
    ("guest-firewall-blocks-kms", FIREWALL, "clock-skew", CLOCK, True),
    ("guest-firewall-blocks-kms", RULED, "kms-unreachable-unexplained", SILENT, False),
    ("kms-unreachable-unexplained", SILENT, "clock-skew", CLOCK, True),
    ("kms-unreachable-unexplained", SILENT, "token-store-damaged", STORE, True),
    ("clock-skew", CLOCK, "token-store-damaged", STORE, True),
    ("clock-skew", CLOCK, "azure-edition-attestation", CHAIN, False),
    ("token-store-damaged", STORE, "product-key-missing", NO_KEY, False),
    ("kms-unreachable-unexplained", SILENT, "azure-edition-attestation", CHAIN, True),
]


@pytest.mark.parametrize(("first", "one", "second", "other", "stays"), PAIRS)
def test_of_two_causes_the_one_to_fix_first_is_the_root(
    first: str, one: dict[str, t.Any], second: str, other: dict[str, t.Any], stays: bool
) -> None:
    diagnosis = build.verdict(BROKEN, one, other)
    assert diagnosis.root_cause.id == first
    assert (second in _alarms(diagnosis)) == stays
    assert (second in diagnosis.root_cause.explains) != stays
    if stays:
        title = next(item.title for item in diagnosis.findings if item.id == second)
        assert any(title in sentence for sentence in diagnosis.chain[1:])


AZURE_PAIRS = [
    (("nsg-denies-kms", "no-outbound-path"), "nsg-denies-kms", ["no-outbound-path"]),
    (("no-outbound-path", "nsg-denies-kms"), "no-outbound-path", ["nsg-denies-kms"]),
    (("forced-tunneling", "stale-kms-routes"), "stale-kms-routes", []),
    (("azure-firewall-denies-kms",), "azure-firewall-denies-kms", []),
]


@pytest.mark.parametrize(("causes", "root", "others"), AZURE_PAIRS)
def test_causes_in_azure_keep_the_order_of_the_path(causes: tuple[str, ...], root: str, others: list[str]) -> None:
    diagnosis = build.verdict(BROKEN, SILENT, path=azure("blocked", *causes))
    assert diagnosis.root_cause.id == root
    assert _alarms(diagnosis) == others
    assert "kms-unreachable-unexplained" in diagnosis.root_cause.explains


def test_a_cause_in_the_guest_comes_before_one_in_azure() -> None:
    diagnosis = build.verdict(BROKEN, FIREWALL, path=azure("blocked", "nsg-denies-kms"))
    assert diagnosis.root_cause.id == "guest-firewall-blocks-kms"
    assert _alarms(diagnosis) == ["nsg-denies-kms"]


VERDICTS: list[tuple[str, list[t.Any], str, str, str]] = [
    # name, changes, root cause, severity, status
    ("healthy", [], "activated", "info", "ok"),
    ("licensed and fresh, but blocked now", [SILENT], "activated", "warning", "ok"),
    (
        "licensed and fresh, pinned to a current address",
        [host(ADDRESSES[0], "azure_address")],
        "activated",
        "info",
        "ok",
    ),
    (
        "licensed by Active Directory, KMS closed",
        [{"license": {"product": {"activation_type": 1, "directory_object": "Activation Object"}}}, SILENT],
        "activated",
        "info",
        "ok",
    ),
    ("licensed by an own KMS that works", [WRONG], "activated", "info", "ok"),
    ("failures that did not last", [events(attempt())], "transient-failure", "info", "ok"),
    ("failures that will last", [events(attempt()), SILENT], "activated", "warning", "ok"),
    ("late", [renewed(30 * 1440)], "renewal-overdue", "warning", "fail"),
    ("late and blocked", [renewed(30 * 1440), SILENT], "kms-unreachable-unexplained", "error", "fail"),
    ("Azure Edition with a watermark", [CHAIN], "azure-edition-attestation", "error", "fail"),
    (
        "evaluation that still runs",
        [{"license": {"product": {"channel": "evaluation"}}}],
        "evaluation-edition",
        "warning",
        "fail",
    ),
    ("licence unreadable", [failed("license")], "license-state-unreadable", "warning", "unknown"),
    (
        "licence unreadable, the service disabled",
        [failed("license"), SERVICE],
        "licensing-service-disabled",
        "error",
        "fail",
    ),
    (
        "licence unreadable because of the service",
        [failed("license", value="0x8007041D")],
        "licensing-service-disabled",
        "error",
        "fail",
    ),
    (
        "licence unreadable, the store empty",
        [failed("license"), {"token_store": {"size": 0}}],
        "token-store-damaged",
        "error",
        "fail",
    ),
    (
        "licence unreadable, no resolver answers",
        [failed("license"), dns(answer(NAME, error="0x800705B4"))],
        "license-state-unreadable",
        "warning",
        "unknown",
    ),
    (
        "licence unreadable, nothing certain",
        [failed("license"), SILENT],
        "license-state-unreadable",
        "warning",
        "unknown",
    ),
    ("licence not asked", [failed("license", status="skipped")], "license-state-unreadable", "warning", "skipped"),
    ("everything failed", [failed(*SECTIONS)], "license-state-unreadable", "warning", "unknown"),
    ("a state of tomorrow", [unlicensed(status=9)], "license-state-unreadable", "warning", "unknown"),
    (
        "a channel of tomorrow",
        [BROKEN, {"license": {"product": {"channel": "unknown"}}}],
        "activation-unexplained",
        "error",
        "fail",
    ),
    ("a code of tomorrow", [unlicensed(reason="0xC004ABCD")], "activation-unexplained", "error", "fail"),
    ("not activated, the log unread", [BROKEN, failed("events")], "activation-unexplained", "error", "unknown"),
    (
        "a success that the licence row denies",
        [BROKEN, events(attempt(build.NOW, "success"), success=build.NOW)],
        "activation-unexplained",
        "error",
        "fail",
    ),
    ("grace after installation", [unlicensed(2, None, grace_minutes=43200)], "activation-unexplained", "error", "fail"),
    (
        "MAK, blocked: not its concern",
        [{"license": {"product": {"channel": "mak", "grace_minutes": 0, "renewal_age_minutes": None}}}, SILENT],
        "activated",
        "info",
        "ok",
    ),
]


@pytest.mark.parametrize(
    ("name", "changes", "root", "severity", "status"),
    VERDICTS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_verdict(name: str, changes: list[t.Any], root: str, severity: str, status: str) -> None:
    cause = build.verdict(*changes).root_cause
    assert (cause.id, cause.severity, cause.status) == (root, severity, status), name


def test_a_fault_of_an_activated_guest_is_a_warning_that_the_root_names() -> None:
    diagnosis = build.verdict(SILENT)
    (fault,) = [item for item in diagnosis.findings if item.status == "fail"]
    assert (fault.id, fault.severity) == ("kms-unreachable-unexplained", "warning")
    assert fault.title in diagnosis.root_cause.title
    assert diagnosis.root_cause.remedy == fault.remedy


def test_a_success_in_the_log_is_an_attempt_that_was_seen() -> None:
    silent, succeeded = (
        build.verdict(BROKEN, events(*attempts)).root_cause
        for attempts in ((), (attempt(build.NOW, "success", value=None),))
    )
    assert silent.id == succeeded.id == "activation-unexplained"
    assert "nor an attempt was found" in silent.title
    assert "nor an attempt was found" not in succeeded.title


@pytest.mark.parametrize(
    ("codes", "named"),
    [
        (["0xC004D302"], "code 0xC004D302"),
        (["0xC004F009", "0x80070005"], "denied access: 0x80070005"),
        (["0xC004F009", "0xC0000022"], "denied access: 0xC0000022"),
        (["0xC004F009", "0x80072F78"], "look up the code: 0xC004F009"),
        (["0xC004F009", "0xC004F06A"], "look up the code: 0xC004F06A"),
        (["0xC004F074", "0xC004E028"], "code 0xC004E028"),
        (["0x800706BA"], "in order now: 0x800706BA"),
    ],
)
def test_what_is_not_explained_names_the_code_that_tells_most(codes: list[str], named: str) -> None:
    reason, *others = codes
    weak = events(others=tuple(event(8198, item) for item in others))
    title = build.verdict(unlicensed(reason=reason), weak).root_cause.title
    assert named in title


@pytest.mark.parametrize(
    ("seconds", "said"), [(14402, "4.1 hours fast"), (-18000, "5 hours slow"), (200000, "2 days fast")]
)
def test_a_clock_that_is_wrong_never_reads_as_within_the_limit(seconds: int, said: str) -> None:
    assert said in build.verdict(BROKEN, {"clock": {"offset_seconds": float(seconds)}}).root_cause.title


@pytest.mark.parametrize(
    ("tested", "said"), [({}, True), (failed("connectivity"), False), (failed("connectivity", status="skipped"), False)]
)
def test_kms_is_said_to_answer_only_where_a_test_saw_it(tested: dict[str, t.Any], said: bool) -> None:
    cause = build.verdict(BROKEN, events(attempt(outcome="refused", value="0xC004ABCD")), tested).root_cause
    assert cause.id == "activation-unexplained"
    assert ("KMS answers the guest" in cause.title) is said


@pytest.mark.parametrize(
    ("changes", "root", "beside", "status"),
    [
        ([failed("license"), CLOCK], "clock-skew", "license-state-unreadable", "unknown"),
        ([CHAIN], "azure-edition-attestation", "activated", "ok"),
    ],
)
def test_what_the_licence_says_stands_beside_a_root_cause(
    changes: list[dict[str, t.Any]], root: str, beside: str, status: str
) -> None:
    diagnosis = build.verdict(*changes)
    assert diagnosis.root_cause.id == root
    assert [item.status for item in diagnosis.findings if item.id == beside] == [status]


def test_the_renewal_that_is_late_is_a_symptom() -> None:
    diagnosis = build.verdict(renewed(30 * 1440), SILENT)
    assert "renewal-overdue" in diagnosis.root_cause.explains
    assert "renewal-overdue" not in _alarms(diagnosis)


def test_azure_outweighed_by_the_guest_is_told() -> None:
    diagnosis = build.verdict(path=azure("blocked", "nsg-denies-kms"))
    assert diagnosis.root_cause.id == "activated"
    assert _alarms(diagnosis) == ["sides-disagree"]


@pytest.mark.parametrize(
    ("kind", "status", "side"),
    [("unreachable", "fail", "unreachable"), ("failed", "fail", "unreadable"), ("not_asked", "skipped", "not_asked")],
)
def test_without_the_guest_the_verdict_of_azure_stands_beside_it(kind: str, status: str, side: str) -> None:
    diagnosis = diagnose(build.without_guest(kind, "no route", path=azure("blocked", "nsg-denies-kms")))
    assert (diagnosis.root_cause.id, diagnosis.root_cause.status) == ("guest-unreachable", status)
    assert "no route" in diagnosis.root_cause.title
    assert _alarms(diagnosis) == ["nsg-denies-kms"]
    assert (diagnosis.guest.status, diagnosis.licensed, diagnosis.resource_id) == (side, None, build.VM)
    assert not [item for item in diagnosis.findings if item.status == "ok"]


def test_a_host_without_any_evidence_has_a_verdict() -> None:
    diagnosis = diagnose(Evidence("web01"))
    assert (diagnosis.root_cause.id, diagnosis.guest.status, diagnosis.azure.status) == (
        "guest-unreachable",
        "not_asked",
        "not_asked",
    )


def test_the_plain_values_are_read_off_the_evidence() -> None:
    diagnosis = build.verdict(failed("events", status="skipped"))
    assert diagnosis.licensed is True
    assert diagnosis.expires_at == "2027-05-21T08:00:00Z"
    assert diagnosis.os == "Microsoft Windows Server 2022 Datacenter (20348.2402)"
    assert (diagnosis.guest.status, diagnosis.guest.unread) == ("partial", ("events: not asked",))
    assert diagnosis.azure.status == "not_asked"


def test_a_rule_that_raises_is_unknown_and_silences_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(view: t.Any) -> None:
        raise KeyError("bug")

    table = tuple(
        dataclasses.replace(rule, check=explode) if rule.id in {"clock-skew", "activation-unexplained"} else rule
        for rule in precedence.RULES
    )
    monkeypatch.setattr(engine, "RULES", table)
    diagnosis = build.verdict(BROKEN, SILENT, CLOCK)
    assert diagnosis.root_cause.id == "kms-unreachable-unexplained"
    (broken,) = [item for item in diagnosis.findings if item.id == "clock-skew"]
    assert broken.status == "unknown"
    assert "KeyError: 'bug'" in broken.evidence[0].value
    # A verdict that cannot be given is not replaced by a better one.
    assert build.verdict(BROKEN).root_cause.status == "unknown"


CHANGES: list[dict[str, t.Any]] = [
    *(item for pair in PAIRS for item in (pair[1], pair[3])),
    BROKEN,
    renewed(30 * 1440),
    *(failed(name, status=status) for name in SECTIONS for status in ("error", "skipped")),
    *(unlicensed(status, None, grace_minutes=grace) for status in (0, 2, 3, 4, 5, 6, 9) for grace in (0, 900)),
    events(attempt(outcome="refused", value="0xC004F042"), attempt("bad time")),
    targets("open"),
    targets("reset"),
    {"kms_host": {"manual_activation": True}},
    {"license": {"activation_type_enabled": 3}},
]
PATHS = [
    None,
    azure("open"),
    azure("unknown"),
    *(azure("blocked", *causes) for causes, _root, _others in AZURE_PAIRS),
    azure("suspect", "appliance-blocks-kms"),
    {
        "verdict": 7,
        "causes": "no list",
        "addresses": [None, {"address": 1, "hops": "x", "nsg": {"verdict": "deny", "rule": 3}}],
        "unread": [1],
    },
    {"cause": "a-cause-of-tomorrow", "verdict": "blocked"},
]


@pytest.mark.parametrize("seed", range(300))
def test_what_always_holds(seed: int) -> None:
    chance = random.Random(seed)
    evidence = build.evidence(*chance.sample(CHANGES, chance.randint(0, 4)), path=chance.choice(PATHS))
    _assert_sound(diagnose(evidence), evidence)


@pytest.mark.parametrize("seed", range(300))
def test_no_value_makes_it_raise(seed: int) -> None:
    """Any value of the right type may stand anywhere in the evidence."""
    chance = random.Random(seed)
    values = build.plain(*chance.sample(CHANGES, 2))
    for _round in range(chance.randint(1, 12)):
        _disturb(values, chance)
    try:
        guest = from_plain(GuestEvidence, values)
    except ValueError:
        return
    _assert_sound(diagnose(Evidence("fuzz", guest=guest, path=chance.choice(PATHS))), Evidence("fuzz", guest=guest))


def _disturb(values: t.Any, chance: random.Random) -> None:
    place = values
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(place[key], (dict, list)) and place[key] and chance.random() < 0.9:
            place = place[key]
            continue
        old = place[key]
        odd: list[t.Any] = [None]
        if isinstance(old, bool):
            odd = [not old]
        elif isinstance(old, int):
            odd = [0, -1, 2**32 - 1, 2**63]
        elif isinstance(old, float):
            odd = [0.0, -1e12, 1e300]
        elif isinstance(old, str):
            odd = ["", "{0}{x}", "0xFFFFFFFF", "9999-99-99T00:00:00Z", "[::1]", "kms", "x" * 500]
        elif isinstance(old, list):
            odd = [[]]
        place[key] = chance.choice(odd)
        return


def _assert_sound(diagnosis: Diagnosis, evidence: Evidence) -> None:
    everything = (diagnosis.root_cause, *diagnosis.findings)
    assert diagnosis.root_cause.id in precedence.IDS
    assert diagnosis.root_cause not in diagnosis.findings
    assert len({item.id for item in everything}) == len(everything)
    assert diagnosis.chain
    assert diagnosis.chain[0] == diagnosis.root_cause.title
    assert all(diagnosis.chain)
    guest = evidence.guest
    product = guest.license.product if guest is not None and guest.license is not None else None
    if product is None or product.status != 1:
        assert "activated" not in {item.id for item in everything}
        assert "transient-failure" not in {item.id for item in everything}
        assert not diagnosis.licensed
    for item in everything:
        assert {fact.kind for fact in item.evidence} <= set(facts.KINDS)
        assert {fact.source for fact in item.evidence} <= set(facts.SOURCES)
        assert item.severity in SEVERITIES
        assert item.status in STATUSES
        assert item.confidence in CONFIDENCES
        assert item.title.strip()
        assert "{" not in item.title.replace("{0}{x}", "")
        assert item.doc == f"docs/findings/{item.id}.md"
        if item.status == "ok":
            assert item.id in {"activated", "adba", "transient-failure"}
        if item.status == "fail" and item.severity == "error":
            assert item.remedy, item.id
        assert not any("check itself failed" in item.title for item in everything), item.evidence


def _alarms(diagnosis: Diagnosis) -> list[str]:
    return [item.id for item in diagnosis.findings if item.status == "fail"]


def test_what_failed_before_a_repair_is_explained_by_it() -> None:
    worked = (attempt(build.NOW, "success"), attempt())
    item = build.evidence(events(*worked, success=build.NOW))
    assert diagnose(item).root_cause.id == "transient-failure"
    assert diagnose(dataclasses.replace(item, repaired=True)).root_cause.id == "activated"
    still_failing = build.evidence(
        events(attempt(), attempt("2026-11-23T06:00:00Z", "success"), success="2026-11-23T06:00:00Z")
    )
    assert diagnose(dataclasses.replace(still_failing, repaired=True)).root_cause.id == "transient-failure"
