# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schema of one guest, and how guest_defaults go under it."""

from __future__ import annotations

import typing as t

from tests.lab.world import checks, forms
from tests.lab.world.checks import At, Check
from tests.lab.world.model import Tree

TCP_STATES = ("kms", "open", "closed", "filtered", "reset")
# Names that decide something here; others are free, unless they look like one of these.
SERVICES = ("sppsvc", "w32time", "mpssvc")
REGISTRY_VALUES = (
    "KeyManagementServiceName", "KeyManagementServicePort", "DiscoveredKeyManagementServiceName",
    "DiscoveredKeyManagementServicePort", "EditionID", "ProductName", "InstallationType", "EnableFirewall",
    "DefaultOutboundAction", "AllowLocalPolicyMerge", "DelayedAutostart", "NtpServer",
)  # fmt: skip
IMDS = (
    "azEnvironment",
    "licenseType",
    "resourceId",
    "vmId",
    "name",
    "sku",
    "subscriptionId",
    "resourceGroupName",
    "location",
)
_ANY = "Any"


def _expect(value: t.Any, at: At) -> Tree:
    names = dict.fromkeys(("root_cause", "findings", "not_findings", "after"), checks.several(checks.text))
    return t.cast("Tree", checks.mapping(names)(value, at))


def _event_log(value: t.Any, at: At) -> Tree:
    return t.cast("Tree", checks.mapping({"error": checks.code, "cleared_at": checks.moment})(value, at))


def _event_strings(value: t.Any, at: At) -> list[str]:
    return [str(item) for item in checks.several(checks.text)(value, at)]


def _imds(value: t.Any, at: At) -> Tree:
    given = checks.table_of(value, at) if value is not None else {}
    given = checks.table_of(given["compute"], at / "compute") if "compute" in given else given
    if "error" in given:
        return {"error": _imds_error(given["error"], at / "error")}
    return {checks.spelled(name, IMDS, at / name): item for name, item in given.items() if name != "..."}


def _imds_error(value: t.Any, at: At) -> str:
    word = checks.text(value, at).removeprefix("http-")
    return f"http-{word}" if word.isdigit() else checks.choice("timeout", "unreachable")(word, at)


def _winhttp(value: t.Any, at: At) -> Tree | str | None:
    if isinstance(value, dict):
        return t.cast("Tree", checks.mapping({"server": checks.text, "bypass": checks.text}, ["server"])(value, at))
    return checks.text(value, at)


def _own_address(value: t.Any, at: At) -> Tree | str:
    """Take an address, or one with what Get-NetIPAddress says of it."""
    if not isinstance(value, dict):
        return checks.address(value, at)
    fields: dict[str, Check] = {
        "address": checks.address,
        "interface": checks.text,
        "prefix_length": checks.integer,
        "skip_as_source": checks.boolean,
        "origin": checks.choice("Dhcp", "Manual", "WellKnown", "Other"),
    }
    return t.cast("Tree", checks.mapping(fields, ["address"])(value, at))


def _service(value: t.Any, at: At) -> Tree | None:
    if value is None:
        return None
    found = checks.mapping(
        {
            "state": checks.choice("Running", "Stopped", "Paused", "Start Pending", "Stop Pending"),
            "start_mode": checks.choice("Auto", "Automatic", "Manual", "Disabled", "Boot", "System"),
            "delayed": checks.optional(checks.boolean),
            "start_error": checks.optional(checks.code),
            "dependents": checks.several(checks.text),
            "protected": checks.boolean,
        }
    )(value, at)
    if found.get("start_mode") == "Automatic":
        found["start_mode"] = "Auto"
    return t.cast("Tree", found)


def _file(value: t.Any, at: At) -> Tree | None:
    if value is None:
        return None
    found = checks.mapping(
        {
            "size": checks.integer, "modified": checks.moment, "readable": checks.boolean,
            "error": checks.optional(checks.code),
        }
    )(value, at)  # fmt: skip
    return t.cast("Tree", found)


_PROFILE = checks.mapping(
    {
        "enabled": checks.boolean, "outbound": checks.choice("Allow", "Block", "NotConfigured"),
        "inbound": checks.choice("Allow", "Block", "NotConfigured"),
    }
)  # fmt: skip
_POLICY_PROFILE = checks.mapping(
    {
        "enabled": checks.boolean, "outbound": checks.choice("Allow", "Block", "NotConfigured"),
        "inbound": checks.choice("Allow", "Block", "NotConfigured"), "allow_local_rules": checks.boolean,
    }
)  # fmt: skip


def _profile_name(name: str, at: At) -> str:
    return str(checks.choice("Domain", "Private", "Public")(name, at))


def _profiles(check: Check) -> Check:
    def profiles(value: t.Any, at: At) -> Tree:
        fields = dict.fromkeys(("Domain", "Private", "Public"), check)
        return t.cast("Tree", checks.mapping(fields)(value, at))

    return profiles


def _words(value: t.Any, at: At) -> list[str]:
    """Take `Domain, Private`, a list, or Any; Any and nothing are an empty list."""
    items = [part.strip() for item in checks.several(checks.text)(value, at) for part in item.split(",")]
    return [] if [item.casefold() for item in items] in ([], ["any"], ["*"]) else items


def _rule_profiles(value: t.Any, at: At) -> list[str]:
    return [_profile_name(item, at) for item in _words(value, at)]


_RULE = checks.mapping(
    {
        "name": checks.text,
        "display": checks.text,
        "group": checks.text,
        "direction": checks.choice("Outbound", "Inbound"),
        "action": checks.choice("Allow", "Block", "ByPass"),
        "enabled": checks.boolean,
        "protocol": checks.text,
        "local_port": _words,
        "remote_port": _words,
        "local_address": _words,
        "remote_address": _words,
        "program": checks.text,
        "service": checks.text,
        "profile": _rule_profiles,
        "store": checks.choice("local", "policy"),
    },
    ["action"],
)
_FIREWALL = checks.mapping(
    {
        "profiles": _profiles(_PROFILE),
        "policy": _profiles(_POLICY_PROFILE),
        "active_profile": checks.several(checks.choice("Domain", "Private", "Public")),
        "rules": checks.several(_RULE),
    }
)
_OS = checks.mapping(
    {
        **dict.fromkeys(
            (
                "caption", "edition_id", "version", "locale", "time_zone", "powershell", "product_name",
                "installation_type",
            ),
            checks.text,
        ),
        **dict.fromkeys(("sku", "product_type", "ubr"), checks.integer),
    }
)  # fmt: skip
FIELDS: dict[str, Check] = {
    "expect": _expect,
    "os": _OS,
    "connection": forms.worded(
        ("up", "refused", "timeout", "auth-fails"),
        {
            "drops-after": checks.integer,
            "slow": checks.number,
            "language_mode": checks.choice("FullLanguage", "ConstrainedLanguage"),
            "elevated": checks.boolean,
        },
    ),
    "cim": forms.cim,
    "cim_errors": checks.table(checks.code, forms.cim_names.class_name),
    "cmdlet_errors": checks.table(checks.code),
    "registry": checks.table(
        checks.table(forms.registry_value, lambda name, at: checks.spelled(name, REGISTRY_VALUES, at)), forms.key_path
    ),
    "registry_denied": checks.several(lambda value, at: forms.key_path(checks.text(value, at), at)),
    "events": checks.several(
        checks.mapping(
            {
                "id": checks.integer,
                "at": checks.moment,
                "data": _event_strings,
                "level": checks.integer,
                "provider": checks.text,
            },
            ["id", "at"],
        )
    ),
    "event_log": _event_log,
    "dns": checks.mapping(
        {
            "servers": checks.several(checks.address),
            "answers": checks.table(forms.dns_answer, forms.dns_name),
            "by_server": checks.table(checks.table(forms.dns_answer, forms.dns_name), checks.address),
            "hosts_file": checks.table(checks.several(checks.address), forms.dns_name),
            "srv": checks.table(forms.srv_answer, forms.dns_name),
        }
    ),
    "tcp": checks.table(checks.choice(*TCP_STATES), forms.endpoint),
    "services": checks.table(_service, lambda name, at: checks.spelled(name, SERVICES, at)),
    "files": checks.table(_file, forms.file_path),
    "firewall": _FIREWALL,
    "clock": checks.mapping({"offset": checks.duration}),
    "domain": checks.mapping({"joined": checks.boolean, "name": checks.optional(checks.text)}),
    "proxy": checks.mapping({"winhttp": checks.optional(_winhttp)}),
    "default_routes": checks.several(
        checks.mapping({"interface": checks.text, "next_hop": checks.address, "metric": checks.integer}, ["next_hop"])
    ),
    "addresses": checks.several(_own_address),
    "imds": _imds,
    "attestation": forms.worded(("ok", "unreachable"), {"missing-issuer": checks.text}, word="chain"),
    "azure_id": checks.optional(checks.text),
    "on_activate": forms.attempts,
    "on_rebuild": checks.mapping({"key": checks.choice("kept", "lost"), "error": checks.optional(checks.code)}),
}
guest = checks.mapping(FIELDS)


def merge(below: Tree, above: Tree, path: tuple[str, ...] = ()) -> Tree:
    """Return `above` with `below` under it, mapping by mapping; what excludes each other is replaced as a whole."""
    if _whole(path, below, above):
        return above
    merged = dict(below)
    for name, value in above.items():
        lower = _same_key(merged, name)
        under = merged.pop(lower) if lower is not None else None
        both = isinstance(value, dict) and isinstance(under, dict)
        merged[name] = merge(under, value, (*path, name)) if both else value
    return merged


def _whole(path: tuple[str, ...], below: Tree, above: Tree) -> bool:
    kind = path[:1]
    if kind == ("dns",) and len(path) == {"answers": 3, "by_server": 4}.get(path[1] if len(path) > 1 else "", 0):
        return True
    if kind == ("registry",) and len(path) == 3:
        return True
    return path in (("attestation",), ("proxy", "winhttp"), ("event_log",)) or (
        path == ("imds",) and "error" in (*below, *above)
    )


def _same_key(mapping: Tree, name: str) -> str | None:
    """Windows does not tell upper from lower case in keys, value names and paths."""
    return next((key for key in mapping if key.casefold() == name.casefold()), None)
