# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every variable of the roles as a survey of AWX gives it: left blank, and as text."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.azure_windows.activation.plugins.filter.kms_input import FilterModule

given = FilterModule().filters()["kms_input"]
ROLES = pathlib.Path(__file__).parents[4] / "roles"


def _load(role: str, file: str) -> t.Any:
    return yaml.safe_load((ROLES / role / file).read_text("utf-8"))


OPTIONS = {
    name: (role, option)
    for role in ("diagnose", "remediate")
    for name, option in _load(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"].items()
}
DEFAULTS = {**_load("diagnose", "defaults/main.yml"), **_load("remediate", "defaults/main.yml")}
# A value of each type that is not the default, as text.
TEXTS: dict[str, list[tuple[str, t.Any]]] = {
    "int": [("7", 7), (" 7 ", 7), ("007", 7)],
    "bool": [("yes", True), ("No", False), ("true", True), ("0", False)],
    "list": [("a,b", ["a", "b"]), ("a\nb\n", ["a", "b"]), ('["a", "b"]', ["a", "b"]), (" a ", ["a"])],
    "str": [(" en ", "en")],
    "path": [(" /tmp/x ", "/tmp/x")],
    "dict": [],
}


@pytest.mark.parametrize("blank", ["", "  ", "\n", "\t "])
@pytest.mark.parametrize("name", OPTIONS)
def test_what_is_left_blank_is_the_default(name: str, blank: str) -> None:
    assert given(blank, name) == DEFAULTS.get(name, "")
    assert given(None, name) == DEFAULTS.get(name, "")
    if OPTIONS[name][1]["type"] == "list":
        assert given([blank], name) == DEFAULTS[name]


@pytest.mark.parametrize("name", OPTIONS)
def test_text_has_the_type_of_its_option(name: str) -> None:
    for text, value in TEXTS[OPTIONS[name][1]["type"]]:
        found = given(text, name)
        assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("name", OPTIONS)
def test_what_is_given_stays(name: str) -> None:
    for value in (DEFAULTS.get(name, "x"), 7, True, {"a": 1}, ["a"]):
        assert given(value, name) == value
    assert given([], name) == []


@pytest.mark.parametrize(
    ("name", "text"), [("diagnose_probe_timeout", "5 s"), ("diagnose_display", "maybe"), ("remediate_actions", "[host")]
)
def test_what_cannot_be_understood_is_left_to_the_check(name: str, text: str) -> None:
    assert given(text, name) == text


def test_a_default_is_not_shared() -> None:
    given("", "remediate_actions").append("x")
    assert given("", "remediate_actions") == DEFAULTS["remediate_actions"]


def test_another_name_is_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match="kms_input: 'diagnose_x' is no variable"):
        given("", "diagnose_x")


@pytest.mark.parametrize("role", ["diagnose", "remediate"])
def test_the_tasks_use_nothing_else(role: str) -> None:
    inputs = _load(role, "vars/main.yml")
    names = {name for name, (owner, _option) in OPTIONS.items() if owner == role and name in DEFAULTS}
    assert inputs.pop(f"__{role}_inputs") == {name: f"{{{{ __{name} }}}}" for name in names}
    assert inputs == {f"__{name}": f"{{{{ {name} | azure_windows.activation.kms_input('{name}') }}}}" for name in names}
    for file in sorted(ROLES.glob("*/tasks/*.yml")):
        # Whether an input is defined is asked of itself; messages name it.
        lines = [line for line in file.read_text("utf-8").splitlines() if "is undefined }}" not in line]
        code = " ".join(
            re.findall(r"\{\{.*?\}\}", "\n".join(lines), re.DOTALL)
            + [line for line in lines if line.lstrip().startswith(("when:", "- "))]
        )
        assert not [name for name in names if re.search(r"(?<![\w'])" + name + r"\b", code)], file
