# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutants of the PowerShell scripts: one operator, constant, condition or statement, found by its text outside of comments."""

from __future__ import annotations

import re
import typing as t

from tests.mutants.model import Mutant, read

_SWAPS = {
    "-eq": ("-ne",),
    "-ne": ("-eq",),
    "-lt": ("-le", "-ge"),
    "-le": ("-lt", "-gt"),
    "-gt": ("-ge", "-le"),
    "-ge": ("-gt", "-lt"),
    "-and": ("-or",),
    "-or": ("-and",),
    "-match": ("-notmatch",),
    "-notmatch": ("-match",),
    "-like": ("-notlike",),
    "-in": ("-notin",),
    "-contains": ("-notcontains",),
    "-notcontains": ("-contains",),
    "-is": ("-isnot",),
    "-band": ("-bor",),
    "-bor": ("-band",),
    "$true": ("$false",),
    "$false": ("$true",),
}
_OPERATOR = re.compile(r"(?<![\w-])(" + "|".join(re.escape(word) for word in _SWAPS) + r")(?![\w-])", re.IGNORECASE)
_NOT = re.compile(r"-not |!(?=[$(])")
# No part of a name, a text or a redirection.
_NUMBER = re.compile(r"(?<![\w.$'\"&-])(\d+)(?![\w.'\">])")
_IF = re.compile(r"\b(if|while) \(")
_KEY = re.compile(r"'([A-Za-z][\w.\\-]*)'")
# A line that is one call, one assignment to a property, or one way out.
_CALL = re.compile(
    r"^[ \t]*(\$null = [^{}\n]+|[A-Z]\w+-\w+ [^{}|\n]*[^{}|\n`,(]|\$\w+(?:\.\w+)+ = [^{}\n]+[^{}\n|`,(])$", re.MULTILINE
)
_OUT = re.compile(r"(?<![\w-])(?:return|continue|break)\b(?=( *[^\s};])?)")
# Comments, help and the blocks that say which parameters there are.
_QUIET = re.compile(r"#[^\n]*|^\s*\[(?:Parameter|CmdletBinding|Validate|Diagnostics)[^\n]*", re.MULTILINE)


def mutants(path: str) -> list[Mutant]:
    """Return every mutant of a script that this module knows to make, in the order of the text."""
    text = read(path)
    quiet = [match.span() for match in _QUIET.finditer(text)]
    found = {
        (start, end, new): operator
        for operator, start, end, new in _found(text)
        if not any(begin < end and start < stop for begin, stop in quiet) and text[start:end] != new
    }
    return [
        Mutant(path, text.count("\n", 0, start) + 1, start, end, new, operator)
        for (start, end, new), operator in sorted(found.items())
    ]


def branches(path: str) -> int:
    """Return how many decisions a script takes."""
    text = read(path)
    return len(_IF.findall(text)) + len(_OPERATOR.findall(text))


def _found(text: str) -> t.Iterator[tuple[str, int, int, str]]:
    for match in _OPERATOR.finditer(text):
        for other in _SWAPS[match[1].lower()]:
            yield "constant" if other[0] == "$" else "comparison", *match.span(), other
    for match in _NOT.finditer(text):
        yield "negation", *match.span(), ""
    for match in _NUMBER.finditer(text):
        yield "constant", *match.span(), str(int(match[1]) + 1)
    for match in _IF.finditer(text):
        end = _closing(text, match.end() - 1)
        yield "negation", match.end() - 1, end, f"(-not {text[match.end() - 1 : end]})"
    for match in _KEY.finditer(text):
        yield "key", *match.span(), f"'{match[1]}XX'"
    for match in _CALL.finditer(text):
        yield "removed", *match.span(1), "$null = $null"
    for match in _OUT.finditer(text):
        yield "removed", *match.span(), "$null =" if match[1] else "$null = $null"


def _closing(text: str, opening: int) -> int:
    """Return the offset behind the parenthesis that closes the one at `opening`."""
    depth = 0
    for match in re.compile(r"'[^'\n]*'|[()]").finditer(text, opening):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if not depth:
            return match.end()
    raise ValueError(f"no parenthesis closes the one at {opening}")
