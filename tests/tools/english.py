# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which English the collection can write, and what of it a report in another language still holds."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
import string
import typing as t

from ansible_collections.azure_windows.activation.plugins import module_utils
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import precedence
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Step
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints, error_codes
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import (
    MESSAGES,
    Catalogue,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Report
from ansible_collections.azure_windows.activation.plugins.module_utils._text import Text

ROOMS = ("_diagnosis", "_guest", "_network", "_plan", "_reference", "_remedy")
# The shortest piece of a sentence that cannot be a name.
_LEAST = 12
_WORDS = re.compile(r"\b[a-z]+ [a-z]+\b")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@functools.cache
def templates() -> dict[str, str]:
    """Return the English of every message that any rule, chain, word or reason can give, by its id."""
    found = {str(text.message.id): str(text) for text in _texts()}
    found |= {f"subject.{rule.id}": rule.subject for rule in precedence.RULES}
    found |= {f"name.{rule.id}": rule.name for rule in precedence.RULES}
    found |= {f"known_host.{name}": why for name, why in endpoints.KNOWN_OTHER.items()}
    codes = error_codes.CODES.items()
    return found | {f"meaning.{code}": fact.meaning.rstrip(".") for code, fact in codes if fact.meaning}


def fields(template: str) -> set[str]:
    """Return the names of the parameters of a template."""
    return {name for _text, name, _form, _conversion in string.Formatter().parse(template) if name}


def left(report: Report, language: str = "ja") -> list[str]:
    """Return what is still English of a report in Japanese; what guests and Azure wrote is raw evidence and may be."""
    catalogue = Catalogue(language)
    sentences: list[str] = []
    words: list[str] = []
    for host in report.hosts:
        sentences += map(catalogue.text, host.chain)
        words += [catalogue.text(part) for side in (host.guest, host.azure) for part in side.unread]
        for finding in (host.root_cause, *host.findings):
            sentences += [catalogue.text(finding.title)]
            sentences += [catalogue.text(step.says) for remedy in finding.remedy for step in remedy.steps]
            for fact in finding.evidence:
                words += [catalogue.fact(fact), catalogue.source(fact), catalogue.expected(fact)]
                words += catalogue.observed(fact)
    found = [text for text in sentences if not _JAPANESE.search(text)]
    return sorted({*found, *(text for text in (*sentences, *words) if any(piece in text for piece in _pieces()))})


@functools.cache
def _pieces() -> frozenset[str]:
    """Return what stands between the parameters of English sentences, but for commands and names, which stay."""
    said = "\n".join(MESSAGES["ja"].values())
    pieces = {piece for text in templates().values() for piece, *_field in string.Formatter().parse(text)}
    return frozenset(
        piece for piece in pieces if len(piece) >= _LEAST and _WORDS.search(piece) and piece.strip() not in said
    )


def _texts() -> t.Iterator[Text]:
    for rule in precedence.RULES:
        yield from _of(rule.texts)
        yield from _of(rule.steps)
    for room in ROOMS:
        package = importlib.import_module(f"{module_utils.__name__}.{room}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(found.name)).values():
                if isinstance(value, dict):
                    yield from _of(value)


def _of(table: t.Mapping[t.Any, t.Any]) -> t.Iterator[Text]:
    said = (item.says if isinstance(item, Step) else item for item in table.values())
    return (text for text in said if isinstance(text, Text))
