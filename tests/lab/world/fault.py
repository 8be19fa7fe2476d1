# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schema of one fault: of Azure, of the WS-Management protocol, or inside a guest."""

from __future__ import annotations

import typing as t

from tests.lab.world import checks
from tests.lab.world.checks import At, Check
from tests.lab.world.model import Tree

PROTOCOL_STEPS = ("create", "command", "send", "receive", "signal", "delete")
BEHAVIOURS = ("never-finishes", "drop", "truncate", "garbage")
# Azure: done but not answered; accepted but failed in the end; and three ways to keep a client waiting for ever.
ARM_BEHAVIOURS = ("cut", "fails", "silent", "held", "drip")
GUEST_BEHAVIOURS = ("error", "drop", "denied")
_MODULE = ("run",)
# script or module -> its steps
GUEST_STEPS: t.Mapping[str, tuple[str, ...]] = {
    "set_key": ("install", "refresh"),
    "set_host": (
        "set_machine", "set_port", "clear_machine", "clear_port", "clear_product", "restart_service", "restore_product",
        "restore_machine", "restore_port",
    ),
    "hosts_file": ("backup", "write", "restore_hosts", "flush_dns"),
    "activate": ("enable_service", "start_service", "flush_dns", "activate", "refresh"),
    "token_store": (
        "mark", "stop_service", "rename", "bring_back", "start_service", "install_licenses", "install_key", "activate",
        "unmark", "rollback_stop", "rollback_rename", "rollback_start", "rollback_unmark",
    ),
    "win_command": _MODULE, "win_firewall_rule": _MODULE, "win_service": _MODULE, "win_shell": _MODULE,
}  # fmt: skip
_EVERY = "*"


def fault(value: t.Any, at: At) -> Tree:
    """Check one fault."""
    side = checks.choice("arm", "winrm", "guest")(checks.table_of(value, at).get("on", ""), at / "on")
    common: dict[str, Check] = {"on": checks.text, "times": checks.integer}
    return {"winrm": _winrm, "arm": _arm, "guest": _guest}[side](value, at, common)


def _winrm(value: t.Any, at: At, common: dict[str, Check]) -> Tree:
    behaviour = checks.choice(*BEHAVIOURS)
    fields = {
        **common, "behaviour": behaviour, "guest": checks.text, "at": checks.choice(*PROTOCOL_STEPS), "after": checks.integer,
    }  # fmt: skip
    return t.cast("Tree", checks.mapping(fields, ["at"])(value, at))


def _arm(value: t.Any, at: At, common: dict[str, Check]) -> Tree:
    fields = {
        **common, "behaviour": checks.choice(*BEHAVIOURS, *ARM_BEHAVIOURS), "match": checks.text, "answer": checks.integer,
        "body": checks.anything, "retry_after": checks.number, "put": checks.anything, "after": checks.integer,
        "headers": checks.anything, "text": checks.text,
    }  # fmt: skip
    return t.cast("Tree", checks.mapping(fields, ["match"])(value, at))


def _guest(value: t.Any, at: At, common: dict[str, Check]) -> Tree:
    fields = {
        **common, "behaviour": checks.choice(*GUEST_BEHAVIOURS), "code": checks.code, "guest": checks.text,
        "script": checks.choice(*GUEST_STEPS, _EVERY), "step": checks.text, "at": checks.choice("before", "after"),
    }  # fmt: skip
    found = checks.mapping(fields, ["behaviour"])(value, at)
    script, step = found.get("script", _EVERY), found.get("step", _EVERY)
    steps = GUEST_STEPS.get(script) or sorted({name for names in GUEST_STEPS.values() for name in names})
    if step != _EVERY and step not in steps:
        raise checks.unknown(step, steps, at / "step", "step")
    if "code" in found and found["behaviour"] != "error":
        raise (at / "code").error(f"only behaviour error has a code, not {found['behaviour']}")
    return {**found, "script": script, "step": step}
