# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every rule says of itself, held against what it does."""

from __future__ import annotations

import dataclasses
import pathlib
import random
import re
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import facts, precedence, rules
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import STEPS, diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import SEVERITIES, Finding
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.rule import Rule
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import SECTIONS
from ansible_collections.azure_windows.activation.plugins.module_utils._plan import actions
from ansible_collections.azure_windows.activation.plugins.module_utils._text import Text
from tests.unit.plugins.module_utils._diagnosis import build
from tests.unit.plugins.module_utils._diagnosis.test_engine import CHANGES, PATHS
from tests.unit.plugins.module_utils._diagnosis.test_rules import (
    ADDRESSES_OF,
    EVALUATION,
    HITS,
    NO_HOST,
    TURBINE,
    found,
)

FILES = sorted(pathlib.Path(rules.__path__[0]).glob("[a-z]*.py"))
EVERY = pytest.mark.parametrize("rule", precedence.RULES, ids=lambda rule: rule.id)
# The beginnings of what is typed at a prompt.
COMMAND = re.compile(
    r"\b(cscript|DISM|w32tm|gpupdate|winmgmt|ansible|net (stop|start)|ren|sc\.exe|icacls|(Get|Set|Start|Clear|New|Test|Disable)-\w+)\b"
)
ROW = build.plain()["license"]["product"]
RARE: list[tuple[dict[str, t.Any], ...]] = [
    (EVALUATION, {"license": {"product": {"channel": "evaluation", "evaluation_end": "2027-01-01T00:00:00Z"}}}),
    ({"license": {"product": None, "others": [{**ROW, "name": "Office"}]}},),
    (NO_HOST, build.dns(srv={"name": "_vlmcs._tcp", "records": [], "error": build.code("0x8007232B")})),
    (TURBINE, {"attestation": {"status": "unreachable"}, "imds": {"status": "timeout"}}, ADDRESSES_OF),
    (TURBINE, {"attestation": {"status": "error"}, "proxy": {"winhttp": "http://proxy.example:8080"}}),
]
ELSEWHERE = {"imds": {"status": "timeout", "resource_id": None, "cloud": None}}
ARC = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.HybridCompute/machines/srv01"
STALE = build.azure("open", kms_routes={"stale": [{"name": "kms", "prefix": "23.102.135.246/32", "why": "old"}]})
UNREAD = build.azure("unknown", unread=[{"what": "firewall policy", "scope": "fw", "reason": "403"}])
# How what is to be done begins, in a title's last sentence and in a step.
VERBS = (
    r"Activate|Add|Allow|Ask|Assign|Attach|Change|Check|Clear|Compare|Convert|Correct|"
    r"Diagnose|Disable|Find|Fix|Give|Install|Judge|Keep|Leave|Let|List|Look|Make|Open|"
    r"Query|Read|Rebuild|Redeploy|Reinstall|Remove|Rename|Repair|Replace|Report|Restart|Route"
    r"|Restore|Set|Start|Stop|Synchronise|Take|Test|Turn|Update|Use|Wait"
)
DEAF = build.azure("open", resolvers=[{"address": "168.63.129.16", "firewall": "afw", "dns_proxy": False}])
ZONED = build.azure(
    "open",
    private_zones=[{"zone": "core.windows.net", "network": "vnet", "name": build.NAME, "addresses": []}],
    dns_forwarding=[{"rule": "all", "ruleset": "rs", "network": "vnet", "name": build.NAME, "servers": ["10.0.0.53"]}],
)
ACTION = re.compile(rf"({VERBS}|No action is needed)\b")
STEP = re.compile(rf"(Do not|Never|{VERBS})\b")
# A second sentence behind a comma, a colon or a semicolon.
SPLICE = re.compile(rf"[,:;] (then )?({VERBS}|no action|nothing)\b", re.IGNORECASE)
IN_BRACKETS = re.compile(r" \([^()]*\)")
# Steps that name a command without asking for it to be typed.
NAMED = {"clock-skew.step.synchronise"}


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    """What the rules find in guests and networks in every kind of trouble."""
    chance = random.Random(3)
    evidence = [build.evidence(*changes, path=PATHS[1]) for _id, changes, _expected in HITS]
    evidence += [build.evidence(*changes, path=ZONED) for _id, changes, _expected in HITS]
    evidence += [build.evidence(*chance.sample(CHANGES, chance.randint(0, 4)), path=path) for path in PATHS * 40]
    evidence += [build.without_guest(kind, "no route") for kind in ("unreachable", "failed", "not_asked")]
    evidence += [build.evidence(*changes) for changes in RARE]
    evidence += [build.evidence(path=path) for path in (STALE, UNREAD)]
    evidence.append(build.evidence(build.dns(build.answer(build.NAME, error="0x800705B4")), path=DEAF))
    evidence.append(dataclasses.replace(build.evidence(NO_HOST, ELSEWHERE), resource_id=ARC))
    diagnoses = [diagnose(item) for item in evidence]
    return [item for diagnosis in diagnoses for item in (diagnosis.root_cause, *diagnosis.findings)]


def test_every_file_is_one_finding_with_a_place_of_its_own() -> None:
    assert {rule.id.replace("-", "_") for rule in precedence.RULES} == {path.stem for path in FILES}
    places = [rule.place for rule in precedence.RULES]
    assert places == sorted(set(places))
    assert len({rule.name for rule in precedence.RULES}) == len(FILES)


@EVERY
def test_a_rule_refers_to_what_exists(rule: Rule) -> None:
    assert set(rule.explains) <= set(precedence.IDS) - {rule.id}
    assert rule.action is None or rule.action in actions.NAMES
    assert {need for needs in rule.needs for need in needs.split("|")} <= {*SECTIONS, "azure"}
    assert rule.severities
    assert {*rule.severities, *rule.root_severities} <= set(SEVERITIES)
    assert rule.why.endswith((".", ".)"))
    assert rule.sources
    assert all(source.title and source.url.startswith("https://") for source in rule.sources)


def test_a_rule_reports_in_its_severities() -> None:
    seen: dict[str, set[str]] = {}
    for rule_id, changes, _expected in HITS:
        result = found(rule_id, *changes)
        if result is not None:
            seen.setdefault(rule_id, set()).add(result.severity)
    known = {rule.id: set(rule.severities) for rule in precedence.RULES}
    assert len(seen) > 15
    assert {rule_id for rule_id, severities in seen.items() if not severities <= known[rule_id]} == set()


def test_what_is_found_is_what_the_rules_say(findings: list[Finding]) -> None:
    known = {rule.id: rule for rule in precedence.RULES}
    # A licence at risk takes over the remedy of what puts it at risk.
    own = [item for item in findings if item.remedy and item.id != "activated"]
    assert len({item.id for item in own}) > 20
    for item in own:
        rule = known[item.id]
        steps = {
            step.says.message.id for step in (*rule.steps.values(), *STEPS.values()) if isinstance(step.says, Text)
        }
        assert {_message(step.says) for remedy in item.remedy for step in remedy.steps} <= steps
        assert {remedy.action for remedy in item.remedy} <= {rule.action, "activation", None}, item.id


def test_every_fact_is_of_a_known_kind_and_source(findings: list[Finding]) -> None:
    seen = [fact for item in findings for fact in item.evidence]
    assert {fact.kind for fact in seen} <= set(facts.KINDS)
    assert {fact.source for fact in seen} <= set(facts.SOURCES)
    # Nothing is described that no rule gives; an exception takes a rule that raises.
    assert set(facts.KINDS) - {fact.kind for fact in seen} == {"exception"}


def test_the_value_of_a_fact_has_the_shape_that_is_written_down(findings: list[Finding]) -> None:
    for fact in (fact for item in findings for fact in item.evidence):
        described = re.search(r"value: \{(.*?)\}", facts.KINDS[fact.kind])
        assert isinstance(fact.value, dict) == bool(described), fact
        if described:
            keys = {part.split(":")[0].strip() for part in re.sub(r"\[.*?\]|\{.*?\}", "", described[1]).split(",")}
            assert set(fact.value) <= keys, fact


@EVERY
def test_a_command_is_a_command_and_no_part_of_a_sentence(rule: Rule) -> None:
    for step in rule.steps.values():
        assert isinstance(step.says, Text)
        assert not step.says.endswith((".", ":")), step.says
        if step.says.message.id not in NAMED:
            assert not COMMAND.search(step.says), step.says
        assert step.command is None or step.command.strip() == step.command != ""


@EVERY
def test_a_title_says_the_cause_and_then_what_to_do(rule: Rule) -> None:
    sentences = [text for text in rule.texts.values() if text[0].isupper() or text.endswith((".", "{title}"))]
    assert sentences
    assert [text for text in sentences if not _says_cause_and_action(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "The KMS host is {host}, set it to {target}.",
        "The KMS host is {host}: set it to {target}.",
        "The clock is off, it is slow, set it. Activate.",
        "The KMS host is {host}.",
        "The KMS host is {host}. It has to be {target}.",
        "The KMS host is {host}. That is wrong. Set it to {target}.",
        "Set the KMS host to {target}",
    ],
)
def test_another_form_of_a_title_is_told_apart(text: str) -> None:
    assert not _says_cause_and_action(text)


@EVERY
def test_a_step_is_one_sentence_that_begins_with_a_verb(rule: Rule) -> None:
    steps = [step.says for step in rule.steps.values() if isinstance(step.says, Text)]
    assert [text for text in steps if not _is_one_instruction(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Or route around it",
        "KMS answers only from Azure: check the routes",
        "Leave the settings: KMS is not the cause",
        "Find the edition; some must not get a key",
        "Add a route. Activate again",
        "Read the log, check the clock",
    ],
)
def test_another_form_of_a_step_is_told_apart(text: str) -> None:
    assert not _is_one_instruction(text)


def _says_cause_and_action(text: str) -> bool:
    cause, stop, action = text.removesuffix("{title}").rstrip(".: ").rpartition(". ")
    return bool(stop and ACTION.match(action)) and ". " not in cause and not SPLICE.search(cause)


def _is_one_instruction(text: str) -> bool:
    bare = IN_BRACKETS.sub("", text).removesuffix(": {names}")
    return bool(STEP.match(bare)) and not re.search(r"[.;:] ", bare) and not SPLICE.search(bare.replace(", then ", " "))


def _message(text: t.Any) -> str:
    assert isinstance(text, Text)
    return text.message.id
