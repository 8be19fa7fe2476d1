# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain evidence in, typed evidence out; a wrong shape is one error that names the place and the host."""

from __future__ import annotations

import typing as t

from .._guest.evidence import SCHEMA_VERSION, GuestEvidence
from .._plain import from_plain
from .model import Evidence, GuestProblem

OPTION = "evidence"
KINDS = ("unreachable", "failed", "not_asked")
KEYS = frozenset({"name", "guest", "guest_error", "path", "azure_error", "repaired", "resource_id"})


def read(items: t.Sequence[t.Any]) -> list[Evidence]:
    """Return the evidence of every host, in order.

    Each item holds name, guest (`ansible_facts.kms`) or guest_error ({kind, message}), path, azure_error (a text), repaired
    (a boolean) and resource_id (a text), all but name optional.
    Raises ValueError that names the option, the item and its host.
    """
    found: list[Evidence] = []
    seen: set[str] = set()
    for index, item in enumerate(items):
        evidence = _item(index, item)
        if evidence.name in seen:
            raise ValueError(f"{OPTION}[{index}] ({evidence.name}): this host is given twice")
        seen.add(evidence.name)
        found.append(evidence)
    return found


def _item(index: int, item: t.Any) -> Evidence:
    place = f"{OPTION}[{index}]"
    if not isinstance(item, t.Mapping):
        raise ValueError(f"{place}: expected a mapping, got {type(item).__name__}")
    name = item.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"{place}: name is missing or not a text")
    try:
        unknown = sorted(str(key) for key in set(item) - KEYS)
        if unknown:
            raise ValueError(f"unknown key {unknown[0]}, known are {', '.join(sorted(KEYS))}")
        return Evidence(
            name=name,
            guest=_guest(item.get("guest")),
            guest_problem=_problem(item.get("guest_error")),
            path=_path(item.get("path")),
            azure_problem=_text("azure_error", item.get("azure_error")),
            repaired=item.get("repaired") is True,
            resource_id=_text("resource_id", item.get("resource_id")),
        )
    except ValueError as error:
        raise ValueError(f"{place} ({name}): {error}") from error


def _guest(value: t.Any) -> GuestEvidence | None:
    if value is None:
        return None
    if not isinstance(value, t.Mapping):
        raise ValueError(f"guest: expected ansible_facts.kms, got {type(value).__name__}")
    version = value.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(f"guest.schema_version: {version} is not known here, expected {SCHEMA_VERSION}")
    try:
        return from_plain(GuestEvidence, value)
    except ValueError as error:
        raise ValueError(f"guest: {error}") from error


def _problem(value: t.Any) -> GuestProblem | None:
    if value is None:
        return None
    try:
        problem = from_plain(GuestProblem, value)
    except ValueError as error:
        raise ValueError(f"guest_error: {error}") from error
    if problem.kind not in KINDS:
        raise ValueError(f"guest_error.kind: {problem.kind} is none of {', '.join(KINDS)}")
    return problem


def _path(value: t.Any) -> t.Mapping[str, t.Any] | None:
    if value is not None and not isinstance(value, t.Mapping):
        raise ValueError(f"path: expected an entry of azure_kms_path_info, got {type(value).__name__}")
    return value


def _text(key: str, value: t.Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key}: expected a text, got {type(value).__name__}")
    return value
