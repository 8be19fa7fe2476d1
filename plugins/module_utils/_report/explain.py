# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a finding as text: what its rule says, in a language, and the prose of its page, which is English."""

from __future__ import annotations

import difflib
import re
import typing as t

from .._diagnosis.model import Step
from .._diagnosis.precedence import RULES
from .._diagnosis.rule import Rule
from .catalogue.catalogue import Catalogue

BY_ID: t.Mapping[str, Rule] = {rule.id: rule for rule in RULES}
_FIELD = re.compile(r"\{(\w+)\}")
_LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
_SECTION = re.compile(r"^## ([^\n]+)\n\n(.*?)(?=^## |^<!--|\Z)", re.MULTILINE | re.DOTALL)
_CLOSEST = 4


def lines(rule: Rule, page: str, catalogue: Catalogue) -> list[str]:
    """Return the lines on a finding; `page` is its page in Markdown."""
    found = [f"{catalogue.cause(rule.id)} ({rule.id})"]
    found += [
        catalogue.ui("explain.severity", severities=", ".join(catalogue.ui(f"tone.{one}") for one in rule.severities))
    ]
    said = [f"- {_shown(catalogue.template(text))}" for text in rule.texts.values() if is_sentence(text)]
    steps = [_step(step, catalogue) for step in rule.steps.values()]
    parts = {
        **prose(page),
        catalogue.ui("explain.says"): "\n".join(said),
        catalogue.ui("explain.steps"): "\n".join(steps) or catalogue.ui("explain.nothing"),
        catalogue.ui("explain.role"): f"remediate_actions: [{rule.action}]"
        if rule.action
        else catalogue.ui("explain.by_hand"),
        catalogue.ui("explain.sources"): "\n".join(f"- {source.title}: {source.url}" for source in rule.sources),
    }
    for heading, text in parts.items():
        found += ["", heading.upper() if heading.isascii() else heading, *text.splitlines()]
    return found


def listed(catalogue: Catalogue) -> list[str]:
    """Return a line for each finding, in the order of causes."""
    widest = max(map(len, BY_ID))
    return [f"{name:{widest}}  {catalogue.cause(name)}" for name in BY_ID]


def near(name: str) -> list[str]:
    """Return the ids that somebody who wrote `name` may have meant, the likeliest first."""
    close = difflib.get_close_matches(name.lower(), BY_ID, n=_CLOSEST, cutoff=0.4)
    return close + [one for one in BY_ID if name and name.lower() in one and one not in close][: _CLOSEST - len(close)]


def prose(page: str) -> dict[str, str]:
    """Return what people wrote in a page, by heading, without the marks of links and code."""
    written = re.sub(r"<!-- written by make docs.*?<!-- end of what make docs writes -->", "", page, flags=re.DOTALL)
    return {heading: _plain(text) for heading, text in _SECTION.findall(written)}


def is_sentence(text: str) -> bool:
    """Tell a title from a word that is filled into one."""
    return text.endswith((".", "}")) and (text[0].isupper() or text.startswith("{"))


def _plain(text: str) -> str:
    kept = [line for line in text.strip().splitlines() if not line.startswith("```")]
    return _LINK.sub(r"\1", "\n".join(kept))


def _step(step: Step, catalogue: Catalogue) -> str:
    said = f"- {_shown(catalogue.template(step.says))}"
    return f"{said}: {_shown(step.command)}" if step.command else said


def _shown(text: str) -> str:
    return _FIELD.sub(r"<\1>", text)
