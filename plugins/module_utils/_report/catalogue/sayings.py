# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""English texts of a report, said in another language: by the messages that came with them, or as fixed words."""

from __future__ import annotations

import typing as t

from ..text import neutral
from . import ja_codes, ja_findings, ja_network, ja_obstacles, ja_steps, ja_words

MESSAGES: dict[str, t.Mapping[str, str]] = {
    "en": {},
    "ja": {
        **ja_codes.MESSAGES,
        **ja_findings.MESSAGES,
        **ja_network.MESSAGES,
        **ja_obstacles.MESSAGES,
        **ja_steps.MESSAGES,
        **ja_words.MESSAGES,
    },
}
WORDS: dict[str, t.Mapping[str, str]] = {"en": {}, "ja": ja_words.WORDS}
# Deeper than any reason in a reason; a report from elsewhere may hold anything.
_DEEPEST = 20

Plain = t.Mapping[str, t.Any]


class Sayings:
    """What the texts of one report are in one language. A text that nobody knows stays English."""

    def __init__(self, language: str, report: Plain | None) -> None:
        self._templates = MESSAGES[language]
        self._words = WORDS[language]
        self._messages: Plain = report["messages"] if report is not None else {}
        self._said: dict[str, str] = {}

    def text(self, english: str) -> str:
        """Return a sentence or phrase."""
        return self._text(english, 0)

    def word(self, english: str) -> str:
        """Return the name, the source or the expected value of a fact."""
        return self._words.get(english) or self.text(english)

    def value(self, value: t.Any) -> t.Any:
        """Return a copy of an observed value in which the sentences and the keys that are words are said."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self._words.get(key, key) if " " in key else key: self.value(item) for key, item in value.items()}
        return value

    def _text(self, english: str, depth: int) -> str:
        if english not in self._said:
            # A message that holds itself ends here.
            self._said[english] = english
            self._said[english] = self._filled(english, depth)
        return self._said[english]

    def _filled(self, english: str, depth: int) -> str:
        message = self._messages.get(english)
        template = self._templates.get(message["id"]) if message is not None else None
        if message is None or template is None or depth > _DEEPEST:
            return english
        try:
            params = {name: self._text(param, depth + 1) for name, param in message["params"].items()}
            return neutral(template.format_map(params))
        except KeyError:
            return english
