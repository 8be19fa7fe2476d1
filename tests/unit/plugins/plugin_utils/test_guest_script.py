# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What win_powershell can answer, and what is made of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.azure_windows.activation.plugins.plugin_utils._guest_script import (
    GuestScriptError,
    parse_outcome,
    script_text,
)
from tests.lab.server.scripts import FOLDER, whole

THROWN = {
    "failed": True,
    "changed": True,
    "output": [],
    "error": [
        {
            "output": "At line 1",
            "exception": {"type": "X", "message": "Zugriff verweigert\r\nAAAAA-BBBBB-CCCCC-DDDDD-EEEEE"},
        }
    ],
}


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (THROWN, "probe failed on the guest: Zugriff verweigert *****-EEEEE"),
        ({"failed": True, "msg": "Out of memory"}, "probe failed on the guest: Out of memory"),
        (
            {
                "failed": True,
                "msg": "MODULE FAILURE",
                "module_stdout": "",
                "module_stderr": "sh: PowerShell: not found",
                "rc": 127,
            },
            "probe failed on the guest: PowerShell did not run as expected (exit code 127): sh: PowerShell: not found",
        ),
        ({"failed": True}, "probe failed on the guest: no reason was given"),
        ({"skipped": True, "msg": "check mode"}, "probe was skipped on the guest: check mode"),
        ({"output": []}, "probe gave no answer on the guest: no reason was given"),
        ({"output": None}, "probe gave no answer on the guest: no reason was given"),
        ({"output": [7]}, "probe gave no answer on the guest: no reason was given"),
        ({**THROWN, "failed": False}, "probe gave no answer on the guest: Zugriff verweigert *****-EEEEE"),
        ({"output": ["hello"]}, "the answer of probe is not JSON: it starts with 'hello'"),
        (
            {"output": ['{"schema": 1, "sec']},
            "the answer of probe is not JSON: it breaks off or is damaged after 18 characters",
        ),
        ({"output": ["[1]"]}, "the answer of probe is not a JSON object"),
        ({"output": ["[" * 100000]}, "the answer of probe is not JSON: it starts with '" + "[" * 59 + "\u2026'"),
    ],
)
def test_each_failure_has_one_clear_message(outcome: dict[str, t.Any], message: str) -> None:
    with pytest.raises(GuestScriptError) as caught:
        parse_outcome("probe", outcome)
    assert str(caught.value) == message


def test_an_unreachable_guest_stays_unreachable() -> None:
    with pytest.raises(AnsibleConnectionFailure, match="timed out"):
        parse_outcome("probe", {"unreachable": True, "msg": "timed out"})


def test_an_answer_is_returned_whatever_else_was_written() -> None:
    assert parse_outcome("probe", {"changed": True, "output": ['{"schema": 1}', "noise"], "error": []}) == {"schema": 1}


@pytest.mark.parametrize("name", ["probe", "set_key", "set_host", "activate", "token_store"])
def test_a_script_is_sent_whole(name: str) -> None:
    sent = script_text(name)
    assert "# include:" not in sent
    assert (
        sent.index("[CmdletBinding(SupportsShouldProcess)]")
        < sent.index("param(")
        < sent.index("function Get-ErrorCode")
    )
    assert sent.count("[CmdletBinding(SupportsShouldProcess)]") == 1
    assert sent == whole(FOLDER / f"{name}.ps1")
