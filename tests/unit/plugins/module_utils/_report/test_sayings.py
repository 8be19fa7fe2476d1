# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every English text that a diagnosis can hold has its Japanese, and a report in Japanese holds no English of ours."""

from __future__ import annotations

import ast
import pathlib
import random
import re
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import model
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.sayings import MESSAGES, WORDS
from ansible_collections.azure_windows.activation.plugins.module_utils._text import Text
from tests.tools import english
from tests.unit.plugins.module_utils._diagnosis import build
from tests.unit.plugins.module_utils._diagnosis.test_engine import CHANGES, PATHS
from tests.unit.plugins.module_utils._network import arm

RULES = pathlib.Path(__file__).resolve().parents[5] / "plugins" / "module_utils" / "_diagnosis"
NOW = "2026-11-24T08:00:00Z"
# Fixed words of facts that are names: of files, classes, services, sources and states, the same in every language.
NAME = re.compile(
    r"sppsvc|tokens\.dat|ok|kms|VOLUME_KMSCLIENT|DNS|azure_kms_path_info|https?://\S+|%windir%\S+"
    r"|SoftwareLicensingProduct\S*|Get-\w+"
)
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


def report(*diagnoses: Diagnosis) -> dict[str, t.Any]:
    return model.build(to_plain(diagnoses), NOW, "1.0.0")


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


def _words() -> t.Iterator[tuple[str, bool]]:
    """Give the fixed words of the facts in the rules, and whether one names a fact."""
    for path in sorted(RULES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fact":
                for place, argument in enumerate(node.args):
                    if place != 1:
                        yield from (
                            (part.value, place == 0)
                            for part in ast.walk(argument)
                            if isinstance(part, ast.Constant) and isinstance(part.value, str)
                        )


def test_every_fixed_word_of_a_fact_has_its_japanese() -> None:
    found = {word for word, _is_name in _words() if not NAME.fullmatch(word)}
    known = {key.rpartition(".")[2] for key in MESSAGES["ja"]}
    # What is left are keys of texts and the beginnings of names: `TCP 20.118.99.224:1688`.
    names = {word for word in found if re.fullmatch(r"(TCP|DNS|SRV) |[: ]*|ServerRdsh", word)}
    assert len(found) > 50
    assert found - names - known - set(WORDS["ja"]) == set()


def test_the_english_of_a_message_is_the_text_of_the_json(fleet: list[Diagnosis]) -> None:
    templates = english.templates()
    for diagnosis in fleet:
        for text, message in diagnosis.messages.items():
            assert templates[message.id].format_map(message.params) == text


def test_every_sentence_of_a_diagnosis_has_a_message(fleet: list[Diagnosis]) -> None:
    for diagnosis in fleet:
        findings = (diagnosis.root_cause, *diagnosis.findings)
        sentences = [*diagnosis.chain, *(finding.title for finding in findings)]
        sentences += [step for finding in findings for remedy in finding.remedy for step in remedy.steps]
        assert [text for text in sentences if not isinstance(text, Text)] == []


def test_nothing_of_ours_stays_english(fleet: list[Diagnosis]) -> None:
    assert english.left(report(*fleet)) == []
    assert len(english.left(report(*fleet), "en")) > 100


def test_the_reasons_of_azure_are_said(fleet: list[Diagnosis]) -> None:
    found = report(fleet[-2])
    (host,) = found["hosts"]
    reasons = [
        Catalogue("ja", found).value(fact["observed"])
        for fact in host["root_cause"]["evidence"]
        if fact["fact"] == "way out of Azure"
    ]
    assert reasons == [
        "20.118.99.224 と 40.83.235.53 への TCP 1688 は遮断されています: ネットワーク セキュリティ グループ 'guard' の規則 'stop' により"
        "拒否されます。ユーザー定義の既定ルートにより、ライセンス認証に対する Azure 自身の規則は無効です"
    ]


def test_english_stays_as_it_is(fleet: list[Diagnosis]) -> None:
    found = report(*fleet)
    catalogue = Catalogue("en", found)
    for host in found["hosts"]:
        assert catalogue.chain(host) == host["chain"]
        assert catalogue.title(host["root_cause"]) == host["root_cause"]["title"]


def _said(text: str, messages: dict[str, t.Any]) -> str:
    return Catalogue("ja", {"hosts": [], "messages": messages}).text(text)


def test_a_message_of_tomorrow_stays_english() -> None:
    assert _said("New sentence.", {"New sentence.": {"id": "new-rule.found", "params": {}}}) == "New sentence."
    assert _said("No code.", {"No code.": {"id": "wording.code", "params": {"code": "1"}}}) == "No code."


def test_messages_that_hold_each_other_end() -> None:
    table = {
        name: {"id": "wording.list", "params": {"first": other, "rest": other}}
        for name, other in (("a", "b"), ("b", "a"))
    }
    assert _said("a", table) == "a、a、a、a"


def test_messages_in_messages_stay_small() -> None:
    table = {
        str(depth): {"id": "wording.list", "params": {"first": str(depth + 1), "rest": str(depth + 1)}}
        for depth in range(5000)
    }
    assert len(_said("0", table)) <= 2000


def test_parameters_are_not_read_as_templates() -> None:
    table = {"x": {"id": "wording.setting", "params": {"source": "{source.__class__}"}}}
    assert _said("x", table) == "KMS ホスト ({source.__class__})"
