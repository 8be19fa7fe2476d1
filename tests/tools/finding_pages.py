# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of the findings' pages stands in the rules already: written between markers, with prose by hand around it. Pure: text in, text out."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Step
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.rule import Rule
from ansible_collections.azure_windows.activation.plugins.module_utils._report.explain import is_sentence

# Around what is written here; everything outside is kept.
BEGIN, END = "<!-- written by make docs: {name} -->", "<!-- end of what make docs writes -->"
HEADINGS = ("What it means", "How it is detected")
_FIELD = re.compile(r"\{(\w+)\}")


def page(rule: Rule, text: str) -> str:
    """Return a finding's page with what its rule says; raises ValueError that names what is missing around it."""
    if not text.startswith(f"# {rule.id}\n"):
        raise ValueError(f"it does not begin with `# {rule.id}`")
    for heading in HEADINGS:
        if not re.search(rf"^## {heading}\n\n[^#<\n]", text, re.MULTILINE):
            raise ValueError(f"there is no prose below `## {heading}`")
    return written(written(text, "in short", _short(rule)), "in full", _full(rule))


def skeleton(rule: Rule) -> str:
    """Return a new page without its prose, which `page` asks for."""
    empty = "".join(f"## {heading}\n\n" for heading in HEADINGS)
    short, full = (f"{BEGIN.format(name=name)}\n{END}\n" for name in ("in short", "in full"))
    return f"# {rule.id}\n\n{short}\n{empty}{full}"


def index(rules: t.Sequence[Rule], text: str) -> str:
    """Return the list of all findings, in their order, within its prose."""
    rows = [
        "| finding | in short | severity | why it has this place | explains | `remediate_actions` |",
        "|---|---|---|---|---|---|",
    ]
    for rule in rules:
        explains = ", ".join(f"[{name}]({name}.md)" for name in rule.explains)
        action = f"`{rule.action}`" if rule.action else ""
        cells = (f"[{rule.id}]({rule.id}.md)", rule.name, ", ".join(rule.severities), rule.why, explains, action)
        rows.append("| " + " | ".join(cells) + " |")
    return written(text, "all findings", "\n".join(rows))


def facts(kinds: t.Mapping[str, str], sources: t.Mapping[str, str], text: str) -> str:
    """Return the page on evidence with what each kind of fact holds and where facts come from."""
    text = written(text, "kinds", _table("kind", "what it holds", kinds))
    return written(text, "sources", _table("source", "what it is", sources))


def written(text: str, name: str, content: str) -> str:
    """Return `text` with `content` between the markers of `name`; raises ValueError without them."""
    begin = BEGIN.format(name=name)
    before, found, rest = text.partition(f"{begin}\n")
    _old, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"the markers `{begin}` and `{END}` are missing")
    return f"{before}{begin}\n\n{content}\n\n{END}{after}"


def _short(rule: Rule) -> str:
    explains = ", ".join(f"[{name}]({name}.md)" for name in rule.explains)
    lines = [
        f"{rule.name}. Severity: {' or '.join(rule.severities)}.",
        "",
        f"Place in the [order of causes](README.md): {rule.why}",
    ]
    if explains:
        lines += ["", f"Where it is found, these are its symptoms: {explains}."]
    return "\n".join(lines)


def _full(rule: Rule) -> str:
    said = [f"- {_shown(text)}" for text in rule.texts.values() if is_sentence(text)]
    commands = any(step.command for step in rule.steps.values())
    steps = [
        "The finding itself says which of these steps apply.",
        *(["Commands for the VM are for an elevated Windows PowerShell on it."] if commands else []),
        "",
        *map(_step, rule.steps.values()),
    ]
    action = f"`remediate_actions: [{rule.action}]`" if rule.action else "None: this is not changed automatically."
    sources = [f"- [{source.title}]({source.url})" for source in rule.sources]
    parts = {
        "What it says": said,
        "How to fix it by hand": steps if rule.steps else ["No action is needed."],
        "Role variable": [action],
        "Sources": sources,
    }
    return "\n\n".join(f"## {heading}\n\n" + "\n".join(lines) for heading, lines in parts.items())


def _step(step: Step) -> str:
    if step.command is None:
        return f"- {_shown(step.says)}"
    command = _FIELD.sub(r"<\1>", step.command)
    return f"- {_shown(step.says)}: `{command}`"


def _shown(text: str) -> str:
    return _FIELD.sub(r"*\1*", text.replace("<", "&lt;"))


def _table(key: str, value: str, rows: t.Mapping[str, str]) -> str:
    pipe = "\\|"
    cells = [f"| `{name}` | {text.replace('|', pipe)} |" for name, text in rows.items()]
    return "\n".join([f"| {key} | {value} |", "|---|---|", *cells])
