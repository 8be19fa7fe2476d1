# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of a guest that may be written in several forms; each check returns the one form the lab uses."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from tests.lab.world import checks, cim_names
from tests.lab.world.checks import At, Check
from tests.lab.world.model import Tree

KMS_PORT = 1688
_ROOTS = {
    "HKLM": "HKEY_LOCAL_MACHINE", "HKU": "HKEY_USERS", "HKCU": "HKEY_CURRENT_USER", "HKCR": "HKEY_CLASSES_ROOT",
    "HKCC": "HKEY_CURRENT_CONFIG",
}  # fmt: skip
_TYPES = {
    "REG_SZ": "String", "REG_EXPAND_SZ": "ExpandString", "REG_BINARY": "Binary", "REG_DWORD": "DWord",
    "REG_QWORD": "QWord", "REG_MULTI_SZ": "MultiString", "REG_NONE": "None",
}  # fmt: skip
_DWORD = range(-(2**31), 2**32)


def worded(states: t.Sequence[str], values: t.Mapping[str, Check], word: str = "state") -> Check:
    """Check a word, or words with a value: `refused`, `drops-after: 5`, {state: ...} and {drops-after: 5} mean the same."""

    def spoken(value: t.Any, at: At) -> Tree:
        if isinstance(value, dict):
            return checks.mapping(values)(value, at)
        name, colon, rest = checks.text(value, at).partition(":")
        if colon and name.strip() in values:
            return {name.strip(): values[name.strip()](rest.strip(), at)}
        return {word: checks.choice(*states)(name.strip(), at)}

    def check(value: t.Any, at: At) -> Tree:
        if not isinstance(value, dict):
            return {} if value is None else spoken(value, at)
        found: Tree = {}
        for name, item in value.items():
            if name in values:
                found[name] = values[name](item, at / name)
            elif name != word:
                raise checks.unknown(name, [word, *values], at / name)
            elif item is not None:
                found.update(spoken(item, at / name))
        return found

    return check


def cim(value: t.Any, at: At) -> Tree:
    """Check CIM classes: rows of properties as CIM names them; dates become times, OA3x values are thrown away."""
    found = {}
    for name, rows in checks.table_of(value, at).items() if value is not None else ():
        class_ = cim_names.class_name(name, at / name)
        found[class_] = checks.several(_row(class_))(rows, at / name)
    return found


def _row(class_: str) -> Check:
    def check(value: t.Any, at: At) -> Tree:
        row: Tree = {}
        for written, item in checks.table_of(value, at).items():
            name = cim_names.property_name(class_, written, at / written)
            if name.casefold() in cim_names.DROPPED or name.startswith("OA3xOriginalProductKey"):
                continue
            if name in cim_names.DATES:
                row[name] = checks.optional(checks.moment)(item, at / written)
            elif isinstance(item, dict):
                raise (at / written).error("must be a plain value as CIM gives it, not a mapping")
            else:
                row[name] = _cim_value(item, at / written)
        return row

    return check


def _cim_value(value: t.Any, at: At) -> t.Any:
    # A partial key or a version can look like a number to YAML.
    return at.source.text(at.path) if isinstance(value, float) else value


def key_path(name: str, at: At) -> str:
    """Check a registry key and return it with its root in full."""
    root, _slash, rest = name.replace("/", "\\").removeprefix("Registry::").partition("\\")
    root = root.rstrip(":").upper()
    root = _ROOTS.get(root, root)
    if root not in _ROOTS.values():
        raise at.error(f"a registry key begins with one of {', '.join(_ROOTS.values())}")
    return f"{root}\\{rest}".rstrip("\\")


def registry_value(value: t.Any, at: At) -> Tree | None:
    """Check a registry value and return {type, data}; None takes the value away."""
    if value is None:
        return None
    if isinstance(value, dict):
        given = checks.mapping({"type": checks.text, "data": checks.anything}, ["type"])(value, at)
        known = {item.casefold(): item for item in _TYPES.values()}
        kind = _TYPES.get(given["type"].upper()) or known.get(given["type"].casefold())
        if kind is None:
            raise (at / "type").error(f"'{given['type']}' is not one of {', '.join(_TYPES.values())}")
        return {"type": kind, "data": _data(kind, given.get("data"), at / "data")}
    if isinstance(value, bool):
        raise at.error("must be a text, a number, a list or {type, data}, not a truth value")
    if isinstance(value, list):
        return {"type": "MultiString", "data": [checks.text(item, at / index) for index, item in enumerate(value)]}
    if isinstance(value, int):
        return {
            "type": "DWord" if value in _DWORD else "QWord",
            "data": value & (2**64 - 1 if value > 0 else 2**32 - 1),
        }
    return {"type": "String", "data": checks.text(value, at)}


def _data(kind: str, data: t.Any, at: At) -> t.Any:
    if kind in ("DWord", "QWord"):
        return checks.integer(data, at)
    if kind == "MultiString":
        return checks.several(checks.text)(data, at)
    if kind not in ("Binary", "None"):
        return checks.text("" if data is None else data, at)
    if isinstance(data, list):
        return bytes(checks.integer(item, at / index) & 0xFF for index, item in enumerate(data)).hex()
    digits = re.sub(r"[\s,:-]", "", checks.text("" if data is None else data, at)).lower()
    if not re.fullmatch(r"(?:[0-9a-f]{2})*", digits):
        raise at.error("binary data is written as hexadecimal digits or a list of bytes")
    return digits


def dns_name(name: str, _at: At | None = None) -> str:
    """Return a DNS name as the lab looks it up."""
    return name.strip().rstrip(".").casefold()


def dns_answer(value: t.Any, at: At) -> Tree:
    """Check one answer: addresses, {A, AAAA, CNAME} or {error: number}."""
    if not isinstance(value, dict):
        return {"A": checks.several(checks.address)(value, at)}
    return t.cast(
        "Tree",
        checks.mapping(
            {
                "A": checks.several(checks.address), "AAAA": checks.several(checks.address),
                "CNAME": checks.several(checks.text), "error": checks.integer,
            }
        )(value, at),
    )  # fmt: skip


def srv_answer(value: t.Any, at: At) -> list[Tree] | Tree:
    """Check the SRV records of a name, or {error: number}."""
    if isinstance(value, dict) and "error" in value:
        return t.cast("Tree", checks.mapping({"error": checks.integer})(value, at))
    return checks.several(_srv_record)(value, at)


def _srv_record(value: t.Any, at: At) -> Tree:
    if isinstance(value, str):
        host, _colon, port = value.partition(":")
        value = {"target": host, "port": port or KMS_PORT}
    numbers: dict[str, Check] = dict.fromkeys(("port", "priority", "weight"), checks.integer)
    record = checks.mapping({"target": checks.text, **numbers}, ["target"])(value, at)
    return {"target": record["target"], "port": KMS_PORT, "priority": 0, "weight": 0, **record}


def endpoint(name: str, at: At) -> str:
    """Check `address:port` (no port means 1688; an IPv6 address stands in brackets)."""
    host, colon, port = name.rpartition(":")
    if not colon or (host.count(":") and "]" not in host):
        host, port = name, str(KMS_PORT)
    try:
        address = ipaddress.ip_address(host.strip("[] "))
    except ValueError:
        raise at.error("must be address:port, such as 10.1.2.3:1688") from None
    if not port.isdigit() or not 0 < int(port) < 2**16:
        raise at.error(f"'{port}' is not a port")
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def attempts(value: t.Any, at: At) -> int | list[int | None] | None:
    """Check how Activate() answers: None for success, one HRESULT for ever, or one per attempt (None means success)."""
    if isinstance(value, list):
        return [_hresult(item, at / index) for index, item in enumerate(value)]
    return _hresult(value, at)


def _hresult(value: t.Any, at: At) -> int | None:
    return None if value is None else checks.code(value, at) or None


def file_path(name: str, _at: At) -> str:
    """Return a path with the Windows folder in full."""
    return re.sub(
        r"^%(?:windir|systemroot)%", lambda _match: r"C:\Windows", name.replace("/", "\\"), flags=re.IGNORECASE
    )
