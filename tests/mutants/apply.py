# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put a mutant into the running process, which is a fork made for it: no file of the checkout is touched."""

from __future__ import annotations

import functools
import gc
import pathlib
import types
import typing as t

from ansible.utils.collection_loader import _collection_finder

from tests.mutants.model import ROOT, Mutant

_MARK = "/azure_windows/activation/"


def relative(filename: str) -> str:
    """Return the path of a file of the collection below its root, by whichever link it was found."""
    found = filename.partition(_MARK)[2]
    return found or filename.removeprefix(f"{ROOT}/")


def in_place(mutant: Mutant) -> bool:
    """Give every function of the mutated file its new code; False when that cannot be done in a running process."""
    if mutant.path.endswith(".ps1"):
        _serve_text(mutant)
        return True
    functions = [
        one
        for one in gc.get_objects()
        if isinstance(one, types.FunctionType) and relative(one.__code__.co_filename) == mutant.path
    ]
    if not functions:
        return False
    new = _codes(compile(mutant.text(), functions[0].__code__.co_filename, "exec", dont_inherit=True))
    for function in functions:
        old = function.__code__
        # Two lambdas of one line cannot be told apart.
        alike = new.get((old.co_qualname, old.co_firstlineno), [])
        if len(alike) != 1 or alike[0].co_freevars != old.co_freevars:
            return False
        function.__code__ = alike[0]
    for cached in [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]:
        cached.cache_clear()
    return True


def at_import(mutant: Mutant | None, known: dict[str, types.CodeType]) -> None:
    """Let Ansible's loader take the mutant, and for every other file the code that an earlier import has compiled (`known`)."""
    loader = _collection_finder._AnsibleCollectionPkgLoaderBase
    original = loader.get_code

    def get_code(self: t.Any, fullname: str) -> types.CodeType | None:
        path = relative(self._source_code_path or "")
        if mutant is not None and path == mutant.path:
            return compile(mutant.text(), self._source_code_path, "exec", dont_inherit=True)
        if path not in known:
            known[path] = original(self, fullname)
        return known[path] if path else t.cast("types.CodeType | None", original(self, fullname))

    loader.get_code = get_code  # type: ignore[method-assign]


def record_reading(read_files: set[str]) -> None:
    """Note every script that is read from now on."""
    original = pathlib.Path.read_text

    def read_text(self: pathlib.Path, *args: t.Any, **options: t.Any) -> str:
        if self.suffix == ".ps1":
            read_files.add(relative(str(self)))
        return original(self, *args, **options)

    pathlib.Path.read_text = read_text  # type: ignore[method-assign]


def _serve_text(mutant: Mutant) -> None:
    original, text = pathlib.Path.read_text, mutant.text().removeprefix("\ufeff")

    def read_text(self: pathlib.Path, *args: t.Any, **options: t.Any) -> str:
        return text if relative(str(self)) == mutant.path else original(self, *args, **options)

    pathlib.Path.read_text = read_text  # type: ignore[method-assign]


def _codes(code: types.CodeType) -> dict[tuple[str, int], list[types.CodeType]]:
    found = {(code.co_qualname, code.co_firstlineno): [code]}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            for key, codes in _codes(constant).items():
                found[key] = found.get(key, []) + codes
    return found
