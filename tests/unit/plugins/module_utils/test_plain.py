# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain values of the wrong shape are refused in words that name the field, not in Python's."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Fact, Finding
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain, to_plain


class Tagged(int):
    """A number as Ansible hands it over."""


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ValueError, match=r"^Fact: value, source missing$"):
        from_plain(Fact, {"kind": "x", "unknown": 1})


@pytest.mark.parametrize(("value", "said"), [(Tagged(5), "int"), ("x", "str"), (None, "NoneType"), ([1], "list")])
def test_a_wrong_kind_is_named_as_python_calls_it(value: t.Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"expected a mapping, got {said}"):
        from_plain(Finding, {**_finding(), "evidence": [value]})


def _finding() -> dict[str, t.Any]:
    found = Finding("an-id", "error", "fail", "certain", "A title.", doc="docs/x.md")
    assert from_plain(Finding, to_plain(found)) == found
    return t.cast("dict[str, t.Any]", to_plain(found))
