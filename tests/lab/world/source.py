# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a world's YAML: plain values, and where in the file each of them stands.

Values are read as YAML 1.2 reads them (`on` and `no` are words, dates stay text), because people paste what Windows
and `az` printed.
"""

from __future__ import annotations

import pathlib
import re
import typing as t

import yaml

from tests.lab.world.model import WorldError

Path = tuple[str | int, ...]


class Source:
    """The values of one file and the place of each."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self._lines: dict[Path, int] = {}
        self._texts: dict[Path, str] = {}
        self.value = self._read()

    def error(self, path: Path, message: str) -> WorldError:
        """Return the error for a place of the file."""
        return WorldError(f"{self.path}:{self.line(path)}: {place(path)}: {message}")

    def line(self, path: Path) -> int:
        """Return the line of a place, or of the nearest place around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def text(self, path: Path) -> str | None:
        """Return a scalar as it was typed; None for anything else."""
        return self._texts.get(path)

    def _read(self) -> t.Any:
        try:
            content = self.path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise WorldError(f"{self.path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise WorldError(f"{self.path}: is not UTF-8 text") from None
        loader = _Loader(content)
        try:
            node = loader.get_single_node()
            value = None if node is None else loader.construct_document(node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise WorldError(f"{self.path}:{line}: not valid YAML: {error.problem or error.context}") from None
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise WorldError(f"{self.path}: not valid YAML: {' '.join(str(error).split())}") from None
        finally:
            loader.dispose()
        if node is not None:
            self._note((), node)
        return value

    def _note(self, path: Path, node: yaml.Node) -> None:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                if inner in self._lines:
                    # A merge key (<<) puts what it brings before the mapping's own keys.
                    del self._lines[inner]
                    self._texts.pop(inner, None)
                self._lines[inner] = key.start_mark.line + 1
                self._note(inner, value)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._note((*path, index), value)
        else:
            self._texts[path] = str(node.value)


def place(path: Path) -> str:
    """Return a place as people write it: guests.web01.dns.servers[0]."""
    written = ""
    for part in path:
        written += f"[{part}]" if isinstance(part, int) else f".{part}" if written else str(part)
    return written or "the file"


class _Loader(yaml.SafeLoader):
    """SafeLoader without YAML 1.1's surprises; keys are text, and a key must not stand twice."""

    yaml_implicit_resolvers: t.ClassVar[dict[str, t.Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[t.Any, t.Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key must be plain text", key.start_mark)
            if key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"key '{key.value}' twice", key.start_mark)
                seen.add(key.value)
        self.flatten_mapping(node)
        return {str(key.value): self.construct_object(value, deep=deep) for key, value in node.value}


_PREFIX = "tag:yaml.org,2002:"
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(0x[0-9a-fA-F]+|0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]*([eE][-+]?[0-9]+)?", "-+0123456789"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"{_PREFIX}{_tag}", re.compile(f"^(?:{_pattern})$"), [*_first])
_Loader.add_implicit_resolver(f"{_PREFIX}null", re.compile("^$"), [""])
