# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write what documentation takes from the code, or with --check say which of it is stale."""

from __future__ import annotations

import argparse
import functools
import pathlib
import sys
import typing as t

from tests.tools import importable, tree

importable.install()

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import facts, precedence
from tests.tools import finding_pages


def makers(folder: pathlib.Path) -> dict[pathlib.Path, t.Callable[[str], str]]:
    """Return for every page that takes something from the code how it is made of its present text."""
    findings = folder / "findings"
    found: dict[pathlib.Path, t.Callable[[str], str]] = {
        folder / "facts.md": functools.partial(finding_pages.facts, facts.KINDS, facts.SOURCES),
        findings / "README.md": functools.partial(finding_pages.index, precedence.RULES),
    }
    return found | {
        findings / f"{rule.id}.md": functools.partial(finding_pages.page, rule) for rule in precedence.RULES
    }


def refresh(folder: pathlib.Path, check: bool) -> tuple[list[pathlib.Path], list[str]]:
    """Write the stale pages below `folder` unless it only checks; return them, and what is missing on pages."""
    stale, missing = [], []
    skeletons = {} if check else {f"{rule.id}.md": finding_pages.skeleton(rule) for rule in precedence.RULES}
    for path, make in makers(folder).items():
        if not path.exists() and path.name in skeletons:
            path.write_text(skeletons[path.name], encoding="utf-8")
        problem, text = _made(path, make)
        if problem:
            missing.append(f"{path}: {problem}")
        elif text != path.read_text(encoding="utf-8"):
            stale.append(path)
            if not check:
                path.write_text(text, encoding="utf-8")
    return stale, missing


def _made(path: pathlib.Path, make: t.Callable[[str], str]) -> tuple[str, str]:
    try:
        return "", make(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return str(error), ""


def main() -> int:
    """Write the pages, or check them; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a page is stale")
    options = parser.parse_args()
    stale, missing = refresh(tree.ROOT / "docs", options.check)
    for path in stale:
        print(f"{'stale, run make docs' if options.check else 'written'}: {path.relative_to(tree.ROOT)}")
    for line in missing:
        print(line)
    print(f"{len(makers(tree.ROOT / 'docs'))} pages looked at")
    return 1 if missing or (stale and options.check) else 0


if __name__ == "__main__":
    sys.exit(main())
