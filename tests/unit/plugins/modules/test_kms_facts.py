# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation says what the action takes and what it returns."""

from __future__ import annotations

import dataclasses
import types
import typing as t

import pytest
import yaml

from ansible_collections.azure_windows.activation.plugins.action import kms_facts as action
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import SECTIONS, GuestEvidence
from ansible_collections.azure_windows.activation.plugins.modules import kms_facts as module
from tests.unit import documentation

SCALARS = {str: "str", int: "int", float: "float", bool: "bool"}
# Mappings by name are documented once, under a stand-in for the name.
STAND_INS = ("section_name", "service_name")


def documented(options: dict[str, t.Any]) -> dict[str, t.Any]:
    keys = ("type", "elements", "default", "choices", "required", "options")
    spec = {}
    for name, option in options.items():
        spec[name] = {key: option[key] for key in keys if key in option}
        if "suboptions" in option:
            spec[name]["options"] = documented(option["suboptions"])
    return spec


def test_the_options_are_those_of_the_action() -> None:
    assert documented(documentation.options("kms_facts")) == action.ARGUMENT_SPEC


@pytest.mark.parametrize("name", ["all", "min", *SECTIONS])
def test_every_subset_is_documented(name: str) -> None:
    text = " ".join(yaml.safe_load(module.DOCUMENTATION)["options"]["gather_subset"]["description"])
    assert f"V({name})" in text


def expected(kind: t.Any) -> dict[str, t.Any]:
    """Return the documentation shape of a dataclass: type, elements and contains, to the leaf."""
    shapes: dict[str, t.Any] = {}
    for name, hint in t.get_type_hints(kind).items():
        inner = hint
        if t.get_origin(hint) in (t.Union, types.UnionType):
            (inner,) = (part for part in t.get_args(hint) if part is not type(None))
        shapes[name] = shape(inner)
    return shapes


def shape(kind: t.Any) -> dict[str, t.Any]:
    if kind in SCALARS:
        return {"type": SCALARS[kind]}
    if dataclasses.is_dataclass(kind):
        return {"type": "dict", "contains": expected(kind)}
    item = shape(t.get_args(kind)[0 if t.get_origin(kind) is tuple else 1])
    if t.get_origin(kind) is tuple:
        return {**item, "type": "list", "elements": item["type"]}
    return {"type": "dict", "contains": {"*": item}}


def told(contains: dict[str, t.Any]) -> dict[str, t.Any]:
    shapes = {}
    for name, entry in contains.items():
        assert entry["description"], name
        found = {key: entry[key] for key in ("type", "elements") if key in entry}
        if "contains" in entry:
            found["contains"] = told(entry["contains"])
        shapes["*" if name in STAND_INS else name] = found
    return shapes


def test_every_field_of_the_evidence_is_documented() -> None:
    facts = yaml.safe_load(module.RETURN)["ansible_facts"]["contains"]["kms"]
    assert told(facts["contains"]) == expected(GuestEvidence)


def test_the_examples_use_documented_options() -> None:
    tasks = yaml.safe_load(module.EXAMPLES)
    used = {name for task in tasks for name in task.get("azure_windows.activation.kms_facts") or {}}
    assert used
    assert used <= set(action.ARGUMENT_SPEC)
