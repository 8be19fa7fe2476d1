# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a world, without its words, in English or in a pseudo-locale: python -m tests.tools.pseudo WORLD english|pseudo.

In the pseudo-locale every English text that the collection can write is another string, and a text of one VM is another one than the
same text of the next VM. Whatever then differs was made from words.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import pathlib
import string
import sys
import typing as t

from tests.lab.world import load
from tests.tools import tree

sys.path.insert(0, str(tree.TREE))

ENGLISH, PSEUDO = "english", "pseudo"
_ROOMS = "ansible_collections.azure_windows.activation.plugins.module_utils"
_LETTERS = str.maketrans("0123456789abcdef", "ゟぁжяфѮþðæøßđłħŋĸ")


def word(english: str) -> str:
    """Return another string in place of an English text: a word of no language, and the parameters in another order."""
    fields = {name for _text, name, _form, _conversion in string.Formatter().parse(english) if name}
    made = hashlib.sha256(english.encode()).hexdigest()[:8].translate(_LETTERS)
    return " ".join([made, *(f"{{{name}}}" for name in sorted(fields, reverse=True))])


def translate() -> None:
    """Replace every English text where it stands; nothing that holds texts may be loaded before."""
    text = _room("_text")
    english = text.texts
    text.texts = lambda prefix, items: english(prefix, {key: word(said) for key, said in items.items()})
    for rule in _room("_diagnosis.precedence").RULES:
        for name in ("name", "subject"):
            object.__setattr__(rule, name, word(getattr(rule, name)))
    ui = [_room(f"_report.catalogue.{name}").UI for name in ("en", "en_facts")]
    for table in (*ui, _room("_reference.endpoints").KNOWN_OTHER):
        table.update({key: word(said) for key, said in table.items()})
    codes = _room("_reference.error_codes").CODES
    codes.update(
        {code: dataclasses.replace(fact, meaning=fact.meaning and word(fact.meaning)) for code, fact in codes.items()}
    )


def _room(name: str) -> t.Any:
    return importlib.import_module(f"{_ROOMS}.{name}")


def main() -> int:
    """Print the wordless report as JSON."""
    world, locale = load(pathlib.Path(sys.argv[1])), sys.argv[2]
    if locale == PSEUDO:
        translate()
    wordless = importlib.import_module("tests.tools.wordless")
    json.dump(wordless.report(world, accents=locale == PSEUDO), sys.stdout, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
