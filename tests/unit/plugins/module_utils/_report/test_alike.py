# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What several VMs have in common is told once, and nothing of one of them is lost or given to another."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import alike

LONG = "could not be sent: 0xC004F074 (no KMS host gave a usable answer, the inner reason is in event 12288)."


def whole(found: alike.Chains, name: str) -> list[str]:
    """Return the chain of one VM as a reader puts it together."""
    own = dict(found.own[name])
    numbers = sorted({*own, *found.common})
    said = []
    for number in numbers:
        shared = found.common.get(number)
        if shared is None:
            said.append(own[number])
        elif shared.after is None:
            said.append(shared.before)
        else:
            said.append(shared.before + own[number] + shared.after)
    return said


SENTENCES = (
    "",
    "a",
    "The KMS.",
    f"At 08:00:01 it {LONG}",
    f"At 08:00:11 it {LONG}",
    f"At 08:00:11 it {LONG} {LONG}",
    LONG * 2,
)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_chain_is_whole_again(number: int) -> None:
    for chosen in itertools.product(itertools.permutations(SENTENCES, 2), repeat=number):
        said = {f"vm{place}": chain for place, chain in enumerate(chosen)}
        found = alike.chains(said)
        assert {name: tuple(whole(found, name)) for name in said} == said


def test_a_time_is_a_gap_and_is_not_cut_within() -> None:
    found = alike.chains({"a": [f"At 08:00:01 it {LONG}"], "b": [f"At 08:00:11 it {LONG}"]})
    assert found.common == {1: alike.Sentence("At ", f" it {LONG}")}
    assert found.own == {"a": ((1, "08:00:01"),), "b": ((1, "08:00:11"),)}


def test_little_in_common_is_told_whole() -> None:
    found = alike.chains({"a": ["Licensed for 5 days."], "b": ["Licensed for 6 days."]})
    assert found.common == {}
    assert found.own["b"] == ((1, "Licensed for 6 days."),)


def test_a_longer_chain_keeps_its_end() -> None:
    found = alike.chains({"a": ["One.", "Two."], "b": ["One."]})
    assert found.common == {1: alike.Sentence("One.")}
    assert found.own == {"a": ((2, "Two."),), "b": ()}


def test_rows_that_all_have_and_rows_of_one() -> None:
    common, own = alike.rows({"a": ["x", "y"], "b": ["z", "y"]})
    assert (common, own) == (["y"], {"a": ["x"], "b": ["z"]})
