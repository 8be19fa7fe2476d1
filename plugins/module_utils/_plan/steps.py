# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's part of a plan as modules to run, and where going on makes no sense. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from . import actions

Plain = t.Mapping[str, t.Any]
OWN = "azure_windows.activation."
REBOOT = "ansible.windows.win_reboot"
# Steps without which an attempt to activate fails.
_NEEDED = ("firewall_rules", "firewall", "host", "key", "hosts_file", "token_store")
BAD = ("failed", "refused", "unreachable")


@dataclasses.dataclass(frozen=True)
class Step:
    """One module; `name` is the one of its result, `says` what it does in words."""

    name: str
    module: str
    arguments: Plain
    says: str

    @property
    def stock(self) -> bool:
        """Whether it is no module of this collection."""
        return not self.module.startswith(OWN)


def of(options: Plain) -> t.Iterator[Step]:
    """Give the steps of `options` (those of kms_repair) in the order in which they build on each other."""
    for action in actions.in_order(options["actions"]):
        yield from _OF.get(action, _none)(options)


def pointless(step: Step, done: t.Mapping[str, Plain], *, check_mode: bool) -> bool:
    """Say whether a step makes no sense after what came of those before it."""
    if step.name == "reboot":
        return check_mode or not restart_needed(done)
    if check_mode and step.name == "clock":
        return True
    if "service" in done and (state(done["service"]) in BAD or restart_needed(done)):
        # Without the licensing service nothing else can be done; a restart may have brought it.
        return state(done.get("reboot", {"failed": True})) in BAD
    if step.name == "activation":
        missed = "hosts_file" in done and not done["hosts_file"].get("changed")
        return missed or any(state(done[name]) in BAD for name in done if name.partition(".")[0] in _NEEDED)
    return False


def restart_needed(done: t.Mapping[str, Plain]) -> bool:
    """Say whether the licensing service was put in order, but starts only after a restart of Windows."""
    return bool((done.get("service", {}).get("activation") or {}).get("restart_needed"))


def excused(name: str, told: Plain) -> bool:
    """Say whether what a module calls a failure is none: the service that starts only after a restart is in order."""
    return restart_needed({name: told})


def state(told: Plain) -> str:
    """Return unreachable, refused, failed, changed or unchanged."""
    if told.get("unreachable"):
        return "unreachable"
    if told.get("failed"):
        return "refused" if told.get("refused") else "failed"
    return "changed" if told.get("changed") else "unchanged"


def _none(_options: Plain) -> list[Step]:
    return []


def _clock(_options: Plain) -> list[Step]:
    service = {"name": "w32time", "start_mode": "auto", "state": "started"}
    sync = {"argv": ["w32tm.exe", "/resync", "/rediscover"]}
    return [
        Step("clock_service", "ansible.windows.win_service", service, "start the Windows Time service"),
        Step("clock", "ansible.windows.win_command", sync, "synchronise the clock"),
    ]


def _firewall(options: Plain) -> list[Step]:
    opening, module = options["firewall"], "community.windows.win_firewall_rule"
    found = [
        Step(f"firewall_rules.{number}", module, {"name": name, "enabled": False}, f"disable the firewall rule {name}")
        for number, name in enumerate(opening.get("disable") or ())
    ]
    if opening.get("allow"):
        rule = {
            "name": "Azure KMS (azure_windows.activation)",
            "description": "Windows activation by Azure's KMS",
            "direction": "out",
            "action": "allow",
            "protocol": "tcp",
            "remoteport": str(opening["port"]),
            "remoteip": ",".join(opening["allow"]),
            "enabled": True,
            "state": "present",
        }
        found.append(Step("firewall", module, rule, "let the KMS out of the Windows Firewall"))
    return found


def _service(options: Plain) -> list[Step]:
    found = [Step("service", f"{OWN}kms_activation", {"attempts": 0}, "put the licensing service in order")]
    return [*found, Step("reboot", REBOOT, {}, "restart Windows")] if options["reboot"] else found


def _host(options: Plain) -> list[Step]:
    return [Step("host", f"{OWN}kms_host", {"cloud": options["cloud"]}, "set the KMS host")]


def _key(options: Plain) -> list[Step]:
    arguments = {"product_key": options["product_key"], "convert": options["convert"]}
    return [Step("key", f"{OWN}kms_key", arguments, "install the KMS client setup key")]


def _hosts_file(_options: Plain) -> list[Step]:
    return [Step("hosts_file", f"{OWN}kms_hosts_file", {}, "free the KMS names from the hosts file")]


def _tries(options: Plain) -> dict[str, t.Any]:
    return {"attempts": options["attempts"], "interval": options["interval"]}


def _token_store(options: Plain) -> list[Step]:
    arguments = {**_tries(options), "reboot": "if_needed" if options["reboot"] else "never"}
    return [Step("token_store", f"{OWN}kms_token_store", arguments, "rebuild the token store")]


def _activation(options: Plain) -> list[Step]:
    arguments = {
        **_tries(options),
        "insist": options["insist"],
        "start_service": options["start_service"],
        "flush_dns": "dns_cache" in options["actions"],
    }
    return [Step("activation", f"{OWN}kms_activation", arguments, "activate")]


_OF: t.Mapping[str, t.Callable[[Plain], list[Step]]] = {
    "clock": _clock,
    "firewall": _firewall,
    "service": _service,
    "host": _host,
    "key": _key,
    "hosts_file": _hosts_file,
    "token_store": _token_store,
    "activation": _activation,
}
