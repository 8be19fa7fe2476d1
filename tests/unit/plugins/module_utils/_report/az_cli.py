# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Azure CLI takes of the commands that a report prints: `az_arguments.json`, which `tests/tools/az_arguments.py` took from it.

The commands of the extension azure-firewall were read from its source, which the file names.
"""

from __future__ import annotations

import json
import pathlib
import shlex
import typing as t

_TABLE = json.loads(pathlib.Path(__file__).with_name("az_arguments.json").read_text(encoding="utf-8"))
COMMANDS: dict[str, dict[str, dict[str, t.Any]]] = {
    name: arguments for part in _TABLE.values() for name, arguments in part["commands"].items()
}


def check(line: str) -> dict[str, list[str]]:
    """Return the options of a command line; raises AssertionError unless Azure CLI takes it."""
    first, *words = shlex.split(line)
    split = next(at for at, word in enumerate(words) if word.startswith("--"))
    command = " ".join(words[:split])
    assert first == "az"
    assert command in COMMANDS, command
    known = COMMANDS[command]
    given: dict[str, list[str]] = {}
    option = ""
    for word in words[split:]:
        if word.startswith("--"):
            option = word
            assert option not in given, f"{option} twice in {line}"
            given[option] = []
        else:
            given[option].append(word)
    assert set(given) <= set(known), line
    assert {name for name, taken in known.items() if taken.get("required")} <= set(given), line
    for option, values in given.items():
        taken = known[option]
        assert len(values) == 1 or (values and taken.get("many")), f"{option} {values}"
        choices = {choice.lower() for choice in taken.get("choices", ())}
        assert not choices or choices >= {value.lower() for value in values}, f"{option} {values}"
    return given
