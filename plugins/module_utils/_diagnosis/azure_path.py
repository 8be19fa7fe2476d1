# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `azure_kms_path_info` said about one VM, read without trust in its shape."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import restored, texts

Plain = t.Mapping[str, t.Any]
TEXTS = texts(
    "path",
    {
        "something": "something",
        "of": "{what} of {scope}",
        "because": "{what}: {reason}",
        "grant": "{what} (grant {action})",
    },
)


@dataclasses.dataclass(frozen=True)
class AzurePath:
    """The parts of a path that the rules judge; `addresses` keep their plain rows. `readable`: whether anything of Azure was read."""

    verdict: str
    causes: tuple[str, ...]
    reason: str | None
    addresses: tuple[Plain, ...]
    stale: tuple[Plain, ...]
    mistyped: tuple[Plain, ...]
    unread: tuple[str, ...]
    place: Plain
    resolvers: tuple[Plain, ...] = ()
    private_zones: tuple[Plain, ...] = ()
    dns_forwarding: tuple[Plain, ...] = ()
    readable: bool = True
    read_at: str | None = None

    def hit_by(self, cause: str) -> tuple[Plain, ...]:
        """Return the addresses that a cause concerns; all that are not open when none names it."""
        named = tuple(row for row in self.addresses if row.get("cause") == cause)
        return named or tuple(row for row in self.addresses if row.get("verdict") != "open")


def read(path: Plain | None) -> AzurePath | None:
    """Return the path, None when Azure was not asked about this VM."""
    if path is None:
        return None
    path = restored(path, path.get("messages"))
    causes = [item for item in _list(path.get("causes")) if isinstance(item, str)]
    first = _text(path.get("cause"))
    routes = path.get("kms_routes")
    routes = routes if isinstance(routes, t.Mapping) else {}
    return AzurePath(
        verdict=_text(path.get("verdict")) or "unknown",
        causes=tuple(dict.fromkeys(([first] if first else []) + causes)),
        reason=_text(path.get("reason")),
        addresses=_rows(path.get("addresses")),
        stale=_rows(routes.get("stale")),
        mistyped=_rows(routes.get("mistyped")),
        unread=tuple(_unread(row) for row in _rows(path.get("unread"))),
        place=path,
        resolvers=_rows(path.get("resolvers")),
        private_zones=_rows(path.get("private_zones")),
        dns_forwarding=_rows(path.get("dns_forwarding")),
        readable=path.get("readable") is not False,
        read_at=_text(path.get("read_at")),
    )


def names(rows: t.Iterable[Plain], key: str = "address") -> list[str]:
    """Return one text of each row, where it has it."""
    return [value for value in (_text(row.get(key)) for row in rows) if value]


def _unread(row: Plain) -> str:
    what, scope, reason, action = (_text(row.get(key)) for key in ("what", "scope", "reason", "action"))
    text: str = what or TEXTS["something"]
    if scope:
        text = TEXTS["of"].format(what=text, scope=scope)
    if reason:
        text = TEXTS["because"].format(what=text, reason=reason)
    return TEXTS["grant"].format(what=text, action=action) if action else text


def _rows(value: t.Any) -> tuple[Plain, ...]:
    return tuple(item for item in _list(value) if isinstance(item, t.Mapping))


def _list(value: t.Any) -> list[t.Any]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _text(value: t.Any) -> str | None:
    return value if isinstance(value, str) and value else None
