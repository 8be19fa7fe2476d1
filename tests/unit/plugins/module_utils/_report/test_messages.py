# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every English text that a diagnosis can hold has its Japanese, and a report in Japanese holds no English of ours."""

from __future__ import annotations

import random
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build as reports
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import (
    MESSAGES,
    Catalogue,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Report
from ansible_collections.azure_windows.activation.plugins.module_utils._text import Text, messages, restored
from tests.tools import english
from tests.unit.plugins.module_utils._diagnosis import build
from tests.unit.plugins.module_utils._diagnosis.test_engine import CHANGES, PATHS
from tests.unit.plugins.module_utils._network import arm

NOW = "2026-11-24T08:00:00Z"
LOST = [
    arm.world(
        arm.table("rt", arm.route("out", "0.0.0.0/0", "None")), place={"routeTable": arm.ref("routeTables", "rt")}
    ),
    arm.world(
        arm.nsg("guard", arm.nsg_rule("stop", 100, "Deny")),
        arm.table("rt", arm.route("out", "0.0.0.0/0", "Internet")),
        place={
            "routeTable": arm.ref("routeTables", "rt"),
            "networkSecurityGroup": arm.ref("networkSecurityGroups", "guard"),
        },
    ),
    arm.world(place={"defaultOutboundAccess": False}),
]


def report(*diagnoses: Diagnosis) -> Report:
    return reports.report(to_plain(diagnoses), NOW, "1.0.0")


@pytest.fixture(scope="module")
def fleet() -> list[Diagnosis]:
    """Guests in every kind of trouble, and networks that Azure's side was read of."""
    chance = random.Random(7)
    guests = [
        build.evidence(*chance.sample(CHANGES, chance.randint(0, 4)), path=chance.choice(PATHS))
        for _guest in range(200)
    ]
    guests += [build.evidence(change) for change in CHANGES]
    guests += [
        build.evidence(build.unlicensed(), build.targets("filtered"), path=arm.run(resources, vm))
        for resources, vm in LOST
    ]
    return [diagnose(evidence) for evidence in guests]


def test_every_message_has_its_japanese_with_the_same_parameters() -> None:
    wanted, said = english.templates(), MESSAGES["ja"]
    assert len(wanted) > 500
    assert set(wanted) - set(said) == set()
    assert set(said) - set(wanted) == set()
    assert {key for key, text in wanted.items() if english.fields(said[key]) != english.fields(text)} == set()


def test_the_english_of_a_message_is_the_text_of_the_json(fleet: list[Diagnosis]) -> None:
    templates = english.templates()
    for diagnosis in fleet:
        for text, message in diagnosis.messages.items():
            assert templates[message.id].format_map(message.params) == text


def test_every_sentence_of_a_diagnosis_has_a_message(fleet: list[Diagnosis]) -> None:
    for diagnosis in fleet:
        findings = (diagnosis.root_cause, *diagnosis.findings)
        sentences = [*diagnosis.chain, *(finding.title for finding in findings)]
        sentences += [step.says for finding in findings for remedy in finding.remedy for step in remedy.steps]
        assert [text for text in sentences if not isinstance(text, Text)] == []


def test_nothing_of_ours_stays_english(fleet: list[Diagnosis]) -> None:
    assert english.left(report(*fleet)) == []
    assert len(english.left(report(*fleet), "en")) > 100


def test_the_reasons_of_azure_are_said(fleet: list[Diagnosis]) -> None:
    (host,) = report(fleet[-2]).hosts
    reasons = [Catalogue("ja").text(fact.value["reason"]) for fact in host.root_cause.evidence if fact.kind == "path"]
    assert reasons == [
        "20.118.99.224 と 40.83.235.53 への TCP 1688 は遮断されています: ネットワーク セキュリティ グループ 'guard' の規則 'stop' により"
        "拒否されます。ユーザー定義の既定ルートにより、Azure に組み込まれたライセンス認証用の規則が無効になっています"
    ]


def test_english_stays_as_it_is(fleet: list[Diagnosis]) -> None:
    catalogue = Catalogue("en")
    for host in report(*fleet).hosts:
        assert tuple(map(catalogue.text, host.chain)) == host.chain
        assert catalogue.text(host.root_cause.title) == host.root_cause.title


def _said(text: str, messages: dict[str, t.Any]) -> str:
    return Catalogue("ja").text(restored(text, messages))


def test_a_message_of_tomorrow_stays_english() -> None:
    assert _said("New sentence.", {"New sentence.": {"id": "new-rule.found", "params": {}}}) == "New sentence."
    assert _said("No code.", {"No code.": {"id": "wording.code", "params": {"code": "1"}}}) == "No code."


def test_the_order_of_the_table_does_not_matter() -> None:
    table = {
        "a": {"id": "wording.list", "params": {"first": "b", "rest": "x"}},
        "b": {"id": "wording.list", "params": {"first": "y", "rest": "z"}},
    }
    assert _said("a", table) == _said("a", dict(reversed(table.items()))) == "y、z、x"


def test_messages_that_hold_each_other_end() -> None:
    table = {
        name: {"id": "wording.list", "params": {"first": other, "rest": other}}
        for name, other in (("a", "b"), ("b", "a"))
    }
    assert len(_said("a", table)) <= 2000


@pytest.mark.parametrize("order", [1, -1])
def test_messages_in_messages_stay_small_and_can_be_written(order: int) -> None:
    names = [str(depth) for depth in range(5000)][::order]
    table = {
        name: {"id": "wording.list", "params": {"first": str(int(name) + 1), "rest": str(int(name) + 1)}}
        for name in names
    }
    assert len(_said("0", table)) <= 2000
    assert len(messages(restored(names, table))) > 0


def test_parameters_are_not_read_as_templates() -> None:
    table = {"x": {"id": "wording.more", "params": {"items": "{items.__class__}", "count": "1"}}}
    assert _said("x", table) == "{items.__class__} ほか 1 件"
