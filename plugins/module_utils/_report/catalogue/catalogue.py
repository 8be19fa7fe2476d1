# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of the report in one language."""

from __future__ import annotations

import importlib
import pkgutil
import re
import typing as t

from ..._diagnosis import precedence
from ..._diagnosis.model import Fact
from ..._reference import error_codes
from ..._text import Message, Text
from ..counting import ACTIVATED
from ..text import neutral
from . import en, en_facts, ja
from .ja import facts as ja_facts
from .ja import findings
from .ja import ui as ja_ui


def _listed(package: t.Any) -> dict[str, str]:
    """Return the texts by their messages' ids of all modules of a package that have MESSAGES."""
    return {id_: text for _name, module in _modules(package) for id_, text in getattr(module, "MESSAGES", {}).items()}


def _findings() -> dict[str, str]:
    """Return the texts of all findings, each of which is a module with NAME, SUBJECT, TEXTS and STEPS."""
    found: dict[str, str] = {}
    for name, module in _modules(findings):
        finding_id = name.replace("_", "-")
        found |= {f"name.{finding_id}": module.NAME, f"subject.{finding_id}": module.SUBJECT}
        found |= {f"{finding_id}.{key}": text for key, text in module.TEXTS.items()}
        found |= {f"{finding_id}.step.{key}": text for key, text in getattr(module, "STEPS", {}).items()}
    return found


def _modules(package: t.Any) -> t.Iterator[tuple[str, t.Any]]:
    for found in pkgutil.iter_modules(package.__path__):
        yield found.name, importlib.import_module(f"{package.__name__}.{found.name}")


LANGUAGES: dict[str, t.Mapping[str, str]] = {"en": {**en.UI, **en_facts.UI}, "ja": {**ja_ui.UI, **ja_facts.UI}}
MESSAGES: dict[str, t.Mapping[str, str]] = {"en": {}, "ja": {**_listed(ja), **_findings()}}
# Values that are one phrase: their fields in order, and what stands between. Every other mapping is a list of its fields.
_PHRASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "active_directory": (": ", ("name", "dn")),
    "attempt": (": ", ("outcome", "code")),
    "clock": (", ", ("offset_seconds", "uncertainty_seconds")),
    "edition": (", ", ("edition", "sku")),
    "installed_key": (", ", ("partial", "matches")),
    "licence": (", ", ("name", "status")),
    "section_error": (": ", ("place", "message", "code")),
    "srv": ("", ("code",)),
    "tcp": (": ", ("state", "detail")),
}
# Fields whose values a drawing names as well.
_DRAWN = {"kind": "hop", "method": "egress"}
_NOTHING: tuple[t.Any, ...] = (None, "", [], {})
_NAMES = {rule.id: Text(rule.name, Message(f"name.{rule.id}")) for rule in precedence.RULES}
_CODE = re.compile(r"0x[0-9A-F]{8}", re.ASCII)
# Texts that are kept filled in: those of some thousand VMs.
MOST_SAID = 50_000


class Catalogue:
    """Looks texts up. Ids, codes and raw evidence stay as they are in every language; a text of an unknown message stays English."""

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self._ui = LANGUAGES[language]
        self._messages = MESSAGES[language]
        self._said: dict[tuple[str, str], str] = {}

    def ui(self, key: str, **params: t.Any) -> str:
        """Return a text of the report with its parameters filled in."""
        return self._ui[key].format(**params)

    def ui_or(self, key: str, otherwise: str) -> str:
        """Return a text without parameters, or `otherwise` for a key that the catalogue does not have."""
        return self._ui.get(key, otherwise)

    def vms(self, count: int) -> str:
        """Return a number of VMs in words."""
        return self.ui("vms.one" if count == 1 else "vms.many", count=count)

    def cause(self, finding_id: str, state: str = ACTIVATED) -> str:
        """Return the short name of a cause, its id where it has none; a licence that will not last is no `Activated`."""
        if finding_id == ACTIVATED and state != ACTIVATED:
            return self.ui("cause.at_risk")
        return self.text(_NAMES.get(finding_id, finding_id))

    def who(self, who: str) -> str:
        """Return who can do something."""
        return self.ui_or(f"who.{who}", who)

    def text(self, text: str) -> str:
        """Return a sentence or phrase of a diagnosis in the language, raw evidence as it is."""
        if not isinstance(text, Text):
            return text
        key = (text.message.id, str(text))
        if key not in self._said:
            if len(self._said) >= MOST_SAID:
                self._said.clear()
            self._said[key] = self._filled(text)
        return self._said[key]

    def template(self, text: str) -> str:
        """Return a sentence in the language with its parameters still to be filled in."""
        return self._messages.get(text.message.id, str(text)) if isinstance(text, Text) else text

    def _filled(self, text: Text) -> str:
        template = self._messages.get(text.message.id)
        if template is None:
            return str(text)
        try:
            return neutral(template.format_map({name: self.text(param) for name, param in text.message.params.items()}))
        except KeyError:
            return str(text)

    def fact(self, fact: Fact) -> str:
        """Return the name of a fact; that of a kind nobody knows is what it was seen of."""
        named = self._ui.get(f"fact.{fact.kind}.{fact.object}")
        return named or self._of(f"fact.{fact.kind}", fact.object, fact.object or fact.kind, object=fact.object)

    def source(self, fact: Fact) -> str:
        """Return where a fact was seen, and when."""
        server = fact.value.get("server") if isinstance(fact.value, dict) else None
        found = self._of(f"source.{fact.source}", server, fact.source, server=server, object=fact.object)
        return self.ui("source.at", source=found, time=fact.at) if fact.at else found

    def _of(self, key: str, name: t.Any, otherwise: str, **params: t.Any) -> str:
        """Return a text with its name, the bare one where there is no name."""
        template = (None if name else self._ui.get(f"{key}.bare")) or self._ui.get(key)
        return template.format(**params) if template else otherwise

    def observed(self, fact: Fact) -> list[str]:
        """Return what was seen, one line for each part of it."""
        return self._lines(fact.kind, fact.value)

    def expected(self, fact: Fact) -> str:
        """Return what a healthy guest shows, empty when nothing in particular."""
        if fact.expected in _NOTHING:
            return ""
        said = ", ".join(self._lines(fact.kind, fact.expected))
        return self._of(f"expected.{fact.kind}", said, said, value=said)

    def _lines(self, kind: str, value: t.Any) -> list[str]:
        if not isinstance(value, dict):
            return [self._word(kind, "", value)]
        if kind in _PHRASES:
            between, fields = _PHRASES[kind]
            return [
                between.join(
                    self._phrase(kind, name, value[name]) for name in fields if value.get(name) not in _NOTHING
                )
            ]
        return [self._line(kind, name, item) for name, item in value.items() if item not in _NOTHING]

    def _line(self, kind: str, name: str, value: t.Any) -> str:
        return self.ui("value.line", name=self.ui_or(f"field.{name}", name), value=self._word(kind, name, value))

    def _phrase(self, kind: str, name: str, value: t.Any) -> str:
        said = self._word(kind, name, value)
        return self._of(f"field.{kind}.{name}", said, said, value=said)

    def _word(self, kind: str, field: str, value: t.Any) -> str:
        """Return one value: a code with its meaning, a state in words, a sentence in the language, everything else as it is."""
        if isinstance(value, list) and value:
            return ", ".join(self._word(kind, field, item) for item in value)
        if isinstance(value, dict):
            return ", ".join(self._line(kind, name, item) for name, item in value.items() if item not in _NOTHING)
        if value in _NOTHING:
            return self.ui("value.nothing")
        if "code" in (kind, field) and isinstance(value, str) and _CODE.fullmatch(value):
            return self._code(value)
        keys = (f"value.{kind}.{value}", f"value.{field}.{value}", f"{_DRAWN.get(field)}.{value}")
        word = next((self._ui[key] for key in keys if key in self._ui), None)
        if word is None and isinstance(value, bool):
            return self.ui("value.yes" if value else "value.no")
        return word or (self.text(value) if isinstance(value, str) else str(value))

    def _code(self, code: str) -> str:
        meaning = (error_codes.describe(code).meaning or "").rstrip(".")
        if code in error_codes.CODES and meaning:
            meaning = self.text(Text(meaning, Message(f"meaning.{code}")))
        return self._of("value.code", meaning, code, code=code, meaning=meaning)
