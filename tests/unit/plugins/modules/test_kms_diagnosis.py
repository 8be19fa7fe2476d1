# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation says what the action takes and what it returns."""

from __future__ import annotations

import dataclasses

import yaml

from ansible_collections.azure_windows.activation.plugins.action import kms_diagnosis as action
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import intake, model
from ansible_collections.azure_windows.activation.plugins.modules import kms_diagnosis as module

OPTIONS = yaml.safe_load(module.DOCUMENTATION)["options"]
RETURNED = yaml.safe_load(module.RETURN)


def names(kind: type) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def test_the_options_are_those_that_are_read() -> None:
    assert set(OPTIONS) == set(action.ARGUMENT_SPEC)
    entry = OPTIONS["evidence"]["suboptions"]
    assert set(entry) == intake.KEYS
    assert set(entry["guest_error"]["suboptions"]) == names(model.GuestProblem)
    assert tuple(entry["guest_error"]["suboptions"]["kind"]["choices"]) == intake.KINDS


def test_every_returned_value_is_documented() -> None:
    diagnosis = RETURNED["diagnoses"]["contains"]
    assert set(diagnosis) == names(model.Diagnosis)
    assert set(diagnosis["guest"]["contains"]) == names(model.Side)
    finding = diagnosis["root_cause"]["contains"]
    assert set(finding) == names(model.Finding)
    assert set(finding["evidence"]["contains"]) == names(model.Fact)
    assert set(finding["remedy"]["contains"]) == names(model.Remedy)
    assert set(finding["remedy"]["contains"]["steps"]["contains"]) == names(model.Step)
    assert set(RETURNED["summary"]["contains"]) == set(action.summary([]))
