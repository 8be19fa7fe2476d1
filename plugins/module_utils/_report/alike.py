# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the words about several VMs have in common, so that a page says it once and of each VM what is its own."""

from __future__ import annotations

import dataclasses
import re
import typing as t

T = t.TypeVar("T", bound=t.Hashable)

# Fewer characters in common are no gain for the reader, who has to look at two places.
LEAST = 60
# A gap starts and ends between words, times, addresses and codes, never within one.
_TAIL = re.compile(r"[A-Za-z0-9.:_-]+\Z", re.ASCII)
_HEAD = re.compile(r"\A[A-Za-z0-9.:_-]+", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Sentence:
    """One sentence of a chain as all VMs of a case have it: `before` and `after` a gap, `after` None where there is no gap."""

    before: str
    after: str | None = None


@dataclasses.dataclass(frozen=True)
class Chains:
    """`common` holds the sentences by their number from 1; `own` of each VM, by name, what fills its gaps or stands in their place."""

    common: t.Mapping[int, Sentence]
    own: t.Mapping[str, tuple[tuple[int, str], ...]]


def chains(said: t.Mapping[str, t.Sequence[str]]) -> Chains:
    """Return the sentences of several VMs, by their names, each told once where they are the same but for one part."""
    common: dict[int, Sentence] = {}
    for number, sentences in enumerate(zip(*said.values(), strict=False), 1):
        found = _sentence(sentences)
        if found:
            common[number] = found
    own = {name: tuple(_own(sentences, common)) for name, sentences in said.items()}
    return Chains(common, own)


def rows(given: t.Mapping[str, t.Sequence[T]]) -> tuple[list[T], dict[str, list[T]]]:
    """Return what every VM has, in the order of the first, and by name what only some have."""
    everywhere = set.intersection(*(set(items) for items in given.values()))
    first = next(iter(given.values()))
    return (
        [item for item in first if item in everywhere],
        {name: [item for item in items if item not in everywhere] for name, items in given.items()},
    )


def _sentence(sentences: t.Sequence[str]) -> Sentence | None:
    # A text that knows its message is written as the string it is.
    first = str(sentences[0])
    if all(sentence == first for sentence in sentences):
        return Sentence(first)
    start = _TAIL.sub("", _beginning(sentences))
    end = _HEAD.sub("", _beginning([sentence[len(start) :][::-1] for sentence in sentences])[::-1])
    return Sentence(start, end) if len(start) + len(end) >= LEAST else None


def _beginning(texts: t.Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    same = next((place for place, char in enumerate(first) if char != last[place]), len(first))
    return first[:same]


def _own(sentences: t.Sequence[str], common: t.Mapping[int, Sentence]) -> t.Iterator[tuple[int, str]]:
    for number, sentence in enumerate(sentences, 1):
        found = common.get(number)
        if found is None:
            yield number, sentence
        elif found.after is not None:
            yield number, sentence[len(found.before) : len(sentence) - len(found.after)]
