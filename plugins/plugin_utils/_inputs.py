# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the roles' variables must be beyond their types, checked before any host is asked.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import os
import pathlib
import re
import typing as t

from ansible.errors import AnsibleActionFail

from ..module_utils import _whole_file
from ..module_utils._network.values import type_of
from ..module_utils._remedy import key
from . import _options, _report_files

# A day: whatever takes longer is no limit.
_LONGEST = 86400
_RANGES: _options.Limits = {
    **{f"diagnose_{name}": limits for name, limits in _options.PROBE.items()},
    "diagnose_azure_timeout": (1, _LONGEST),
    "diagnose_azure_state_max_age": (0, 365 * _LONGEST),
    "diagnose_host_timeout": (1, _LONGEST),
    "remediate_attempts": (1, _options.TRIES["attempts"][1]),
    "remediate_interval": _options.TRIES["interval"],
    "remediate_max_fail_percentage": (0, 100),
}
_FOLDERS = ("diagnose_report_dir", "diagnose_record_dir", "remediate_journal_dir")
_NAT_GATEWAY = "Microsoft.Network/natGateways"
# Azure's naming rules for NAT gateways: 1 to 80 letters, digits, dots, underscores and hyphens, first and last not a dot or hyphen.
_NAME = re.compile(r"[A-Za-z0-9]([\w.-]{0,78}\w)?", re.ASCII)


def problems(variables: t.Mapping[str, t.Any]) -> list[str]:
    """Return one sentence for each variable that cannot be used, with its name and what would do; variables not given are not checked."""
    checks: list[tuple[str, t.Callable[[str, t.Any], str | None]]] = [
        *((name, _range) for name in _RANGES),
        ("diagnose_kms_endpoints", _endpoints),
        ("diagnose_report_formats", _formats),
        ("diagnose_report_mode", _mode),
        ("diagnose_report_previous", _previous),
        *((name, _folder) for name in _FOLDERS),
        ("remediate_product_key", _product_key),
        ("remediate_nat_gateway", _nat_gateway),
    ]
    found = (check(name, variables[name]) for name, check in checks if variables.get(name) is not None)
    return [problem for problem in found if problem]


def _range(name: str, value: t.Any) -> str | None:
    low, high = _RANGES[name]
    try:
        if low <= _whole(value) <= high:
            return None
    except (TypeError, ValueError):
        pass
    return f"{name}: {value} is out of range, it must be from {low} to {high}."


def _whole(value: t.Any) -> int:
    """Return a whole number; raises TypeError, ValueError for what would have to be rounded, or is yes or no."""
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    return int(value)


def _endpoints(name: str, value: t.Any) -> str | None:
    known = ("names", "addresses", "port")
    odd = sorted(str(key) for key in value if key not in known) if isinstance(value, t.Mapping) else ["it"]
    if odd:
        return f"{name}: {odd[0]} is not one of {', '.join(known)}."
    given = {part: value.get(part) for part in known}
    try:
        for part in ("names", "addresses"):
            if isinstance(given[part], str):
                given[part] = [given[part]]
            if isinstance(given[part], t.Mapping) or not all(isinstance(item, str) for item in given[part] or ()):
                return f"{name}.{part}: it must be a list of texts."
        given["port"] = None if given["port"] is None else _whole(given["port"])
        _options.check_endpoints(given, within=name)
    except AnsibleActionFail as error:
        return f"{error.message}."
    except (TypeError, ValueError):
        return f"{name}: names and addresses must be lists, port a number."
    return None


def _formats(name: str, value: t.Any) -> str | None:
    # Tickets may be none where nobody has anything to do.
    return None if set(value) - {"tickets"} else f"{name}: name at least one format, such as html."


def _mode(name: str, value: t.Any) -> str | None:
    return None if _options.MODE.fullmatch(str(value)) else f"{name}: {_options.MODE_RULE}."


def _folder(name: str, value: t.Any) -> str | None:
    """Tell why nothing could be written there; what is missing of a folder is made."""
    if not value:
        return None
    text = _path(value)
    if text.startswith("~") or "\0" in text:
        return f"{name}: {value!r} names no folder. Name a folder."
    place = pathlib.Path(text).absolute()
    there = next(folder for folder in (place, *place.parents) if os.path.lexists(folder))
    if not there.is_dir():
        return f"{name}: {there} is not a folder. Name a folder."
    if not os.access(there, os.W_OK | os.X_OK):
        return f"{name}: {there} cannot be written to. Name another folder, or allow it."
    return None


def _previous(name: str, value: t.Any) -> str | None:
    """Tell why an earlier report could not be compared with, before a whole run is lost for it; there need not be one yet."""
    if not value or _whole_file.missing(_path(value)):
        return None
    try:
        _report_files.read(name, _path(value))
    except AnsibleActionFail as error:
        return f"{error.message}. Name a kms-report.json, or none."
    return None


def _path(value: t.Any) -> str:
    """Return a path as an option of the type path is understood."""
    return os.path.expanduser(os.path.expandvars(str(value)))


def _product_key(name: str, value: t.Any) -> str | None:
    try:
        key.parse_option(str(value))
    except ValueError:
        # The value stays unsaid: it may be a key with a typing error.
        return f"{name}: it must be auto or five groups of five letters and digits, joined by hyphens."
    return None


def _nat_gateway(name: str, value: t.Any) -> str | None:
    text = str(value)
    right = type_of(text) == _NAT_GATEWAY.lower() if "/" in text else _NAME.fullmatch(text) is not None
    return None if right else f"{name}: '{text}' is neither the resource id nor a possible name of a NAT gateway."
