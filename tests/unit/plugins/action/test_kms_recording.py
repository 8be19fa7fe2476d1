# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action and its file: what is written, what is judged again, and what is refused."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleActionFail

from ansible_collections.azure_windows.activation.plugins.action import kms_diagnosis, kms_facts, kms_recording
from ansible_collections.azure_windows.activation.plugins.modules import kms_recording as module
from ansible_collections.azure_windows.activation.plugins.plugin_utils import _recordings
from tests.unit.plugins.action.simulated import SimulatedGuest
from tests.unit.plugins.action.wiring import run_action

UNREACHABLE = {"unreachable": True, "msg": "web01.corp.contoso.com: connection timed out"}


def refuse(**_call: t.Any) -> t.NoReturn:
    raise AssertionError("the host is not to be contacted")


def record(dest: pathlib.Path, **options: t.Any) -> dict[str, t.Any]:
    return run_action(kms_recording, {"dest": str(dest), **options}, refuse, windows=False)


def replay(*paths: pathlib.Path) -> list[dict[str, t.Any]]:
    options = {"recordings": [str(path) for path in paths]}
    return t.cast("list[dict[str, t.Any]]", run_action(kms_diagnosis, options, refuse, windows=False)["diagnoses"])


def asked(folder: pathlib.Path) -> dict[str, t.Any]:
    """Return the result of kms_facts on a guest with another KMS host."""
    guest = SimulatedGuest()
    guest.service.update(KeyManagementServiceMachine="kms01.corp.contoso.com")
    return guest.run(kms_facts, record=str(folder / "facts.json"))


def test_the_facts_are_recorded_masked_and_judged_again(tmp_path: pathlib.Path) -> None:
    asked(tmp_path)
    text = (tmp_path / "facts.json").read_text("utf-8")
    assert "contoso" not in text
    (found,) = replay(tmp_path / "facts.json")
    assert (found["name"], found["root_cause"]["id"]) == ("facts", "wrong-kms-host")
    assert json.loads(text)["verdict"]["root_cause"] == "wrong-kms-host"
    assert json.loads(text)["versions"]["windows_build"].startswith("20348.")


@pytest.mark.parametrize("masked", [True, False])
def test_masked_or_not_the_verdict_is_the_same(tmp_path: pathlib.Path, masked: bool) -> None:
    result = record(tmp_path / "web01.json", facts=asked(tmp_path), masked=masked)
    assert ("contoso" in (tmp_path / "web01.json").read_text("utf-8")) is not masked
    assert result["verdict"]["root_cause"] == replay(tmp_path / "web01.json")[0]["root_cause"]["id"] == "wrong-kms-host"
    assert "warnings" not in result


def test_a_host_that_cannot_be_reached_is_recorded_too(tmp_path: pathlib.Path) -> None:
    azure = {"paths": [], "problem": "No Azure credentials were found on jumphost.contoso.com"}
    record(tmp_path / "web01.json", facts=UNREACHABLE, azure=azure)
    assert "contoso" not in (tmp_path / "web01.json").read_text("utf-8")
    (found,) = replay(tmp_path)
    assert found["root_cause"]["id"] == "guest-unreachable"


def test_a_recording_whose_verdict_masking_changes_says_so(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_recordings.recordings.Masker, "text", lambda _self, _text: "hidden")
    warnings = record(tmp_path / "web01.json", facts=asked(tmp_path))["warnings"]
    assert len(warnings) == 1
    assert "masking changes the verdict from wrong-kms-host to" in warnings[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is not a recording: the key 'recording' is missing"),
        ('{"recording": 9}', "its format is 9, this collection reads 1"),
        ('{"recording": 1}', "it holds neither 'guest' nor 'guest_error'"),
        ('{"recording": 1, "guest": {"asked": {}}}', "it cannot be judged: KeyError"),
        (
            '{"recording": 1, "guest_error": {"kind": "unreachable", "message": "m"}, "azure": {"calls": 7}}',
            "it cannot be judged",
        ),
    ],
)
def test_a_file_that_is_no_recording_is_named_in_one_line(tmp_path: pathlib.Path, text: str, told: str) -> None:
    (tmp_path / "odd.json").write_text(text, "utf-8")
    with pytest.raises(AnsibleActionFail, match=told) as caught:
        replay(tmp_path / "odd.json")
    assert str(caught.value).startswith("recordings: ")
    assert "odd" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_files_of_one_name_and_an_empty_folder_are_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(AnsibleActionFail, match="holds no "):
        replay(tmp_path)
    record(tmp_path / "web01.json", facts=UNREACHABLE)
    with pytest.raises(AnsibleActionFail, match="two files are called web01"):
        replay(tmp_path, tmp_path / "web01.json")


def test_facts_without_a_reading_are_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(AnsibleActionFail, match="facts: it holds no kms_reading; give kms_facts the option record"):
        record(tmp_path / "web01.json", facts={"ansible_facts": {"kms": {}}})


def test_a_file_that_cannot_be_written_is_one_error(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(AnsibleActionFail, match="cannot write the recording "):
        record(tmp_path / "file" / "web01.json", facts=UNREACHABLE)


def test_the_options_are_documented() -> None:
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    keys = ("type", "elements", "required", "default")
    assert {
        name: {key: option[key] for key in keys if key in option} for name, option in documented.items()
    } == kms_recording.ARGUMENT_SPEC
