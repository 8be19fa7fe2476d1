# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said in two places is said alike."""

from __future__ import annotations

import importlib
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import SECTIONS
from ansible_collections.azure_windows.activation.plugins.module_utils._version import VERSION
from tests.unit import documentation

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.azure_windows.activation.plugins"
ACTIONS = sorted(path.stem for path in (ROOT / "plugins" / "action").glob("kms_*.py"))


def load(name: str) -> t.Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def compared(options: dict[str, t.Any], nested: str) -> dict[str, t.Any]:
    """Return what documentation and code must agree on; `nested` is what either calls the options of a dictionary."""
    return {
        name: {
            "type": option.get("type", "str"),
            "required": option.get("required", False),
            **{key: option.get(key) for key in ("default", "elements")},
            "choices": sorted(option.get("choices", [])),
            "options": compared(option[nested], nested) if nested in option else None,
        }
        for name, option in options.items()
    }


def test_version() -> None:
    assert load("galaxy.yml")["version"] == VERSION


@pytest.mark.parametrize("name", ACTIONS)
def test_action_takes_what_its_documentation_says(name: str) -> None:
    action = importlib.import_module(f"{COLLECTION}.action.{name}")
    assert compared(action.ARGUMENT_SPEC, "options") == compared(documentation.options(name), "suboptions")


def test_action_group_holds_every_kms_action() -> None:
    assert load("meta/runtime.yml")["action_groups"]["kms"] == ACTIONS


def test_role_defaults_are_those_of_its_specification() -> None:
    options = load("roles/diagnose/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    # An option without a default is left undefined, as the resource id that every host has of its own.
    assert load("roles/diagnose/defaults/main.yml") == {
        name: option["default"] for name, option in options.items() if "default" in option
    }


def test_role_offers_every_subset() -> None:
    options = load("roles/diagnose/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    subsets = ["all", "min", *SECTIONS]
    assert options["diagnose_gather_subset"]["choices"] == [*subsets, *(f"!{name}" for name in subsets)]


@pytest.mark.parametrize(
    ("variable", "module", "option"),
    [
        ("diagnose_gather_subset", "kms_facts", "gather_subset"),
        ("diagnose_probe_timeout", "kms_facts", "probe_timeout"),
        ("diagnose_event_days", "kms_facts", "event_days"),
        ("diagnose_cloud", "kms_facts", "cloud"),
        ("diagnose_report_dir", "kms_report", "report_dir"),
        ("diagnose_report_per_job", "kms_report", "per_job"),
        ("diagnose_report_formats", "kms_report", "formats"),
        ("diagnose_report_language", "kms_report", "language"),
        ("diagnose_display", "kms_report", "display"),
        ("diagnose_output", "kms_report", "output"),
    ],
)
def test_role_and_module_have_the_same_defaults(variable: str, module: str, option: str) -> None:
    assert load("roles/diagnose/defaults/main.yml")[variable] == documentation.options(module)[option]["default"]
