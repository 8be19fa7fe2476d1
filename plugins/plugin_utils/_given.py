# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a variable of the roles means, however it is given: a blank answer is the default, and text has the type of its option.

Surveys of AWX hand on every answer that is left blank as '', and numbers, lists and yes or no often as text.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import copy
import functools
import pathlib
import re
import typing as t

import yaml
from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import BOOLEANS_FALSE, BOOLEANS_TRUE

_ROLES = pathlib.Path(__file__).parents[2] / "roles"
_NUMBER = re.compile(r"[+-]?\d+", re.ASCII)
# What a survey or a command line puts between the entries of a list.
_BETWEEN = re.compile(r"[,\n]")


def given(value: t.Any, name: str) -> t.Any:
    """Return the value of a role's variable; what cannot be understood stays as it is, for the check of the inputs to name."""
    option = options().get(name)
    if option is None:
        raise AnsibleFilterError(f"kms_input: '{name}' is no variable of the roles.")
    if isinstance(value, str):
        text = value.strip()
        return _READERS.get(option["type"], _text)(text) if text else _default(option)
    if isinstance(value, list):
        kept = [item for item in value if not (isinstance(item, str) and not item.strip())]
        return kept if kept or not value else _default(option)
    return _default(option) if value is None else value


def _default(option: t.Mapping[str, t.Any]) -> t.Any:
    return copy.deepcopy(option.get("default", ""))


def _text(text: str) -> t.Any:
    return str(text)


def _number(text: str) -> t.Any:
    return int(text) if _NUMBER.fullmatch(text) else text


def _yes(text: str) -> t.Any:
    folded = text.lower()
    return folded in BOOLEANS_TRUE if folded in BOOLEANS_TRUE | BOOLEANS_FALSE else text


def _list(text: str) -> t.Any:
    # A list written as JSON or YAML, as Ansible takes one on the command line.
    if text.startswith("["):
        try:
            return yaml.safe_load(text)
        except yaml.YAMLError:
            return text
    return [entry.strip() for entry in _BETWEEN.split(text) if entry.strip()]


_READERS: t.Mapping[str, t.Callable[[str], t.Any]] = {"int": _number, "bool": _yes, "list": _list}


@functools.cache
def options() -> dict[str, dict[str, t.Any]]:
    """Return the options of both roles, which say type and default of each variable."""
    found: dict[str, dict[str, t.Any]] = {}
    for role in ("diagnose", "remediate"):
        text = (_ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
        specs = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # nosec B506 (both are safe)
        found |= specs["argument_specs"]["main"]["options"]
    return found
