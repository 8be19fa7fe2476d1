# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The texts of the report in one language."""

from __future__ import annotations

import typing as t

from ..text import shown
from . import en, ja
from .sayings import Sayings

LANGUAGES: dict[str, t.Mapping[str, str]] = {"en": en.UI, "ja": ja.UI}

Plain = t.Mapping[str, t.Any]


class Catalogue:
    """Looks texts up. Ids, codes and raw evidence stay as they are in every language.

    What the diagnoses of `report` say is told by the messages that they hold; without the report it stays English.
    """

    def __init__(self, language: str = "en", report: Plain | None = None) -> None:
        self.language = language
        self._ui = LANGUAGES[language]
        self._sayings = Sayings(language, report)

    def ui(self, key: str, **params: t.Any) -> str:
        """Return a text of the report with its parameters filled in."""
        return self._ui[key].format(**params)

    def ui_or(self, key: str, otherwise: str) -> str:
        """Return a text without parameters, or `otherwise` for a key that the catalogue does not have."""
        return self._ui.get(key, otherwise)

    def vms(self, count: int) -> str:
        """Return a number of VMs in words."""
        return self.ui("vms.one" if count == 1 else "vms.many", count=count)

    def cause(self, finding_id: str) -> str:
        """Return the short name of a cause, its id where it has none."""
        return self.ui_or(f"cause.{finding_id}", finding_id)

    def who(self, who: str) -> str:
        """Return who can do something."""
        return self.ui_or(f"who.{who}", who)

    def value(self, value: t.Any) -> str:
        """Return an observed value: nothing, yes and no in words, sentences in the language, everything else as it is."""
        if value is None or value in ("", []):
            return self.ui("value.nothing")
        if isinstance(value, bool):
            return self.ui("value.yes" if value else "value.no")
        return shown(self._sayings.value(value))

    def text(self, english: str) -> str:
        """Return a sentence or phrase of a diagnosis."""
        return self._sayings.text(english)

    def title(self, finding: Plain) -> str:
        """Return the sentence of a finding."""
        return self.text(finding["title"])

    def steps(self, remedy: Plain) -> list[str]:
        """Return the steps of a remedy."""
        return [self.text(step) for step in remedy["steps"]]

    def fact(self, fact: Plain) -> str:
        """Return the name of a fact."""
        return self._sayings.word(fact["fact"])

    def source(self, fact: Plain) -> str:
        """Return where a fact was seen."""
        return self._sayings.word(fact["source"])

    def expected(self, fact: Plain) -> str:
        """Return what a healthy guest shows, empty when nothing in particular."""
        expected = fact["expected"]
        if expected is None:
            return ""
        return self._sayings.word(expected) if isinstance(expected, str) else self.value(expected)

    def chain(self, host: Plain) -> list[str]:
        """Return the sentences from a host's root cause to what the user sees."""
        return [self.text(sentence) for sentence in host["chain"]]
