# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action: nothing without consent, and every question of the script in the table and on the page."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleActionFail

from ansible_collections.azure_windows.activation.plugins.action import kms_verify
from ansible_collections.azure_windows.activation.plugins.modules import kms_verify as module
from ansible_collections.azure_windows.activation.plugins.plugin_utils._questions import QUESTIONS
from tests.lab.guest import verify
from tests.tools import tree
from tests.unit.plugins.action.simulated import SimulatedGuest
from tests.unit.plugins.action.wiring import run_action

SCRIPT = (tree.ROOT / "plugins" / "plugin_utils" / "_powershell" / "verify.ps1").read_text("utf-8")
PAGE = (tree.ROOT / "docs" / "docsite" / "rst" / "guide_verify.rst").read_text("utf-8")
IDS = [question.id for question in QUESTIONS]


def refuse(**_call: t.Any) -> t.NoReturn:
    raise AssertionError("the host is not to be asked")


def run(answers: t.Any) -> dict[str, t.Any]:
    answer = {"schema": 1, "answers": answers}
    return run_action(
        kms_verify,
        {"disposable": True},
        lambda **_call: {"changed": True, "output": [json.dumps(answer)], "error": []},
    )


def entry(**parts: t.Any) -> dict[str, t.Any]:
    return {
        "id": "amsi",
        "milliseconds": 7,
        "observed": None,
        "error": None,
        "restored": None,
        "skipped": False,
        **parts,
    }


def test_nothing_is_asked_without_consent() -> None:
    result = run_action(kms_verify, {"disposable": False}, refuse)
    assert result["failed"] is True
    assert result["msg"].startswith("disposable: nothing was done.")
    with pytest.raises(AnsibleActionFail, match="value of questions must be one or more of"):
        run_action(kms_verify, {"disposable": True, "questions": ["weather"]}, refuse)
    with pytest.raises(AnsibleActionFail, match="missing required arguments: disposable"):
        run_action(kms_verify, {}, refuse)


def test_script_table_page_and_lab_have_the_same_questions() -> None:
    assert re.findall(r"^    (\w+) = @\{(?: ask = .*)?$", SCRIPT, re.MULTILINE) == IDS
    assert re.findall(r"^``(\w+)``$", PAGE, re.MULTILINE) == IDS
    for question in QUESTIONS:
        assert question.text in PAGE
        assert question.believed in PAGE
    lab = verify.answer(SimulatedGuest().machine, {})["answers"]
    assert sorted(answer["id"] for answer in lab) == sorted(IDS)


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"observed": {"failure": None}}, "observed"),
        ({"error": {"id": "CommandNotFoundException"}}, "failed"),
        ({"observed": {}, "restored": False}, "not_restored"),
        ({"skipped": True}, "skipped"),
        ({"error": {"id": "NotSimulated"}}, "not_simulated"),
    ],
)
def test_each_answer_has_a_status(parts: dict[str, t.Any], status: str) -> None:
    result = run([entry(**parts)])
    found = {row["id"]: row["status"] for row in result["verification"]}
    assert found == {**dict.fromkeys(IDS, "unanswered"), "amsi": status}
    assert any(line.startswith(f"{status.upper()}  amsi: ") for line in result["table"])
    assert ("warnings" in result) is (status == "not_restored")
    assert result["changed"] is False


@pytest.mark.parametrize(("skipped", "changed"), [(False, True), (True, False)])
def test_what_was_changed_counts_as_changed(skipped: bool, changed: bool) -> None:
    assert run([entry(changes="the KMS host", skipped=skipped, restored=True)])["changed"] is changed


@pytest.mark.parametrize("answers", [None, 7, [7, None], [{"id": 7}]])
def test_an_odd_answer_leaves_everything_unanswered(answers: t.Any) -> None:
    assert {row["status"] for row in run(answers)["verification"]} == {"unanswered"}


def test_the_options_are_documented() -> None:
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    keys = ("type", "elements", "required", "choices")
    assert {
        name: {key: option[key] for key in keys if key in option} for name, option in documented.items()
    } == kms_verify.ARGUMENT_SPEC
