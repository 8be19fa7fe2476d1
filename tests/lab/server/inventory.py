# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory that leads Ansible to the guests of a running lab."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t
import urllib.parse

import yaml

from tests.lab.server.behaviour import behaviour
from tests.lab.server.security import Account
from tests.lab.server.service import PATH

AUTHENTICATIONS = ("basic-tls", "ntlm-http")
# Guests that never answer must not hold up a run: pywinrm wants the read timeout above the operation timeout.
_OPERATION_TIMEOUT = 5
_READ_TIMEOUT = 9


@dataclasses.dataclass(frozen=True)
class Access:
    """How guests are reached: ports of the server, of nobody (refused) and of a listener that stays silent."""

    authentication: str
    server: int
    refused: int
    silent: int
    account: Account
    authority: pathlib.Path


def write(
    path: pathlib.Path,
    guests: t.Mapping[str, t.Mapping[str, t.Any]],
    access: Access,
    machine_id: t.Callable[[str], str | None] | None = None,
) -> None:
    """Write the inventory, readable for its owner only. Of a guest nothing but its name and `connection` is used.

    `machine_id` returns the resource id of a guest's virtual machine; it becomes `id`, as in the azure_rm inventory.
    """
    hosts = {name: _host(name, guest, access) for name, guest in guests.items()}
    for name, host in hosts.items():
        found = machine_id(name) if machine_id else None
        if found:
            host["id"] = found
    tls = access.authentication == "basic-tls"
    variables: dict[str, t.Any] = {
        "ansible_connection": "winrm",
        "ansible_host": "127.0.0.1",
        "ansible_port": access.server,
        "ansible_user": access.account.user,
        "ansible_password": access.account.password,
        "ansible_winrm_scheme": "https" if tls else "http",
        "ansible_winrm_transport": "basic" if tls else "ntlm",
        "ansible_winrm_operation_timeout_sec": _OPERATION_TIMEOUT,
        "ansible_winrm_read_timeout_sec": _READ_TIMEOUT,
    }
    if tls:
        variables["ansible_winrm_server_cert_validation"] = "validate"
        variables["ansible_winrm_ca_trust_path"] = str(access.authority)
    path.touch(mode=0o600)
    text = yaml.safe_dump({"windows": {"hosts": hosts, "vars": variables}}, sort_keys=False, allow_unicode=True)
    path.write_text(f"---\n{text}", encoding="utf-8")


def _host(name: str, guest: t.Mapping[str, t.Any], access: Access) -> dict[str, t.Any]:
    host: dict[str, t.Any] = {"ansible_winrm_path": f"{PATH}{urllib.parse.quote(name)}"}
    state = behaviour(guest.get("connection")).state
    if state in ("refused", "timeout"):
        host["ansible_port"] = access.refused if state == "refused" else access.silent
    return host
