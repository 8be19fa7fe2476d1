# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""English texts that carry their messages, through JSON and back."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._text import (
    Message,
    Text,
    folded,
    messages,
    restored,
    texts,
)

TEXTS = texts(
    "room",
    {"open": "the door to {place} is open", "kitchen": "the kitchen of {owner}", "pair": "{first} and {rest}"},
)
INNER = TEXTS["kitchen"].format(owner="Ann")
OUTER = TEXTS["open"].format(place=INNER, unused=1)


def test_a_text_reads_as_english_and_knows_its_message() -> None:
    assert OUTER == "the door to the kitchen of Ann is open"
    assert OUTER.message == Message("room.open", {"place": "the kitchen of Ann"})


def test_what_is_no_text_becomes_one() -> None:
    assert TEXTS["open"].format(place=None).message.params == {"place": "None"}


def test_values_are_not_read_as_templates() -> None:
    assert TEXTS["open"].format(place="{place.__class__} {x}") == "the door to {place.__class__} {x} is open"


def test_what_is_made_of_a_text_has_no_message() -> None:
    assert not isinstance(OUTER.upper(), Text)
    assert not isinstance(f"{OUTER}!", Text)


def test_a_copy_keeps_the_message() -> None:
    assert copy.deepcopy({"a": OUTER})["a"].message == OUTER.message


@pytest.mark.parametrize(("parts", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a and b and c")])
def test_parts_are_joined_two_by_two(parts: list[str], said: str) -> None:
    assert folded(TEXTS["pair"], parts) == said


def test_messages_of_parameters_come_before_what_they_fill() -> None:
    found = messages({"list": [("raw", OUTER)]})
    assert list(found) == [INNER, OUTER]
    assert not any(isinstance(text, Text) for text in found)


def test_a_way_through_json_and_back() -> None:
    value = {"reason": OUTER, "rows": [{"why": INNER, "name": "raw"}]}
    plain = json.loads(json.dumps(to_plain({**value, "messages": messages(value)})))
    again = restored(plain, plain["messages"])
    assert messages(again) == messages(value)
    assert not isinstance(to_plain(value)["reason"], Text)


@pytest.mark.parametrize(
    "table", [None, [], "x", {"raw": None}, {"raw": {"id": "a"}}, {"raw": {"id": 1, "params": 2}}, {1: {"params": {}}}]
)
def test_a_table_of_another_shape_is_no_table(table: t.Any) -> None:
    assert messages(restored({"reason": "raw"}, table)) == {}


def test_a_message_that_holds_itself_ends() -> None:
    table = {"raw": {"id": "a", "params": {"b": "raw", "c": "later"}}, "later": {"id": "c", "params": {}}}
    assert set(messages(restored(["raw"], table))) == {"raw", "later"}
