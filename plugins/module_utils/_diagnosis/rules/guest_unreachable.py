# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VM could not be asked."""

from __future__ import annotations

import typing as t

from ..._text import texts
from .. import connection_failure, sources
from ..model import Fact, Finding, GuestProblem
from ..rule import AGAIN, ASKING_AGAIN, AUTOMATION, GUEST_ADMIN, NETWORK_TEAM, Rule, always, finding, remedy, steps
from ..view import View

ID = "guest-unreachable"
TEXTS = texts(
    ID,
    {
        "unreachable": "The VM could not be reached: {message}. Repair Ansible's connection to it and diagnose again.",
        "failed": "The VM answered, but collecting its evidence failed: {message}. Fix that and diagnose again.",
        "not_asked": "The VM itself was not asked: {message}. Diagnose it to learn whether it is activated.",
        "library": "Ansible cannot connect to the VM because the Python library {package} is not installed on the controller. Install it and diagnose again.",
        "become": "Ansible tried to become another user on the controller and could not: {message}. Turn become off and diagnose again.",
        "setting": "A connection variable of the VM does not fit: {message}. Correct it in the inventory and diagnose again.",
        "rejected": "The VM rejected the account or its password: {message}. Correct them in the inventory and diagnose again.",
        "compile": (
            "Windows refused to compile what Ansible needs, as application control (AppLocker or WDAC) does: {message}. Allow it for the "
            "account and diagnose again."
        ),
        "killed": (
            "PowerShell was ended on the VM while it ran, as antivirus and endpoint protection do: {message}. Find it in their log, "
            "allow it and diagnose again."
        ),
        "name": "The controller cannot resolve the VM's name: {message}. Correct ansible_host and diagnose again.",
        "certificate": "The controller does not trust the VM's certificate: {message}. Install one that it trusts and diagnose again.",
        "cut": "The connection to the VM broke off in the middle of an answer: {message}. Find what ended it and diagnose again.",
        "closed": "The controller cannot connect to the VM: {message}. Let it reach the port of WinRM or SSH and diagnose again.",
        "late": "The VM did not answer in time: {message}. Look whether it is overloaded, or allow it more time, and diagnose again.",
        "no_reason": "no reason was given",
    },
)
STEPS = steps(
    ID,
    {
        "ping": ("Test the connection alone, on the Ansible controller", "ansible <host> -m ansible.windows.win_ping"),
        "library": ("Install the library for the Python that runs Ansible", "python -m pip install '{package}'"),
        "execution": "Add it to the image instead where Ansible runs in an execution environment",
        "become": "Set ansible_become to false for these hosts, or leave become out of the play, as the tasks on the controller need no other user",
        "variables": (
            "Look at the variables of the host, such as ansible_connection, ansible_port and ansible_become_method",
            "ansible-inventory --host <host>",
        ),
        "password": "Check user name, password and expiry, also of a rotated password (LAPS, vault), and whether the account is locked",
        "remote": "Check that the account may log on remotely (Administrators or Remote Management Users)",
        "antivirus": "Look in the log of Defender or the endpoint protection for powershell.exe at that time, and allow Ansible's scripts",
        "defender": (
            "Read Defender's newest detections",
            "Get-WinEvent -LogName 'Microsoft-Windows-Windows Defender/Operational' -MaxEvents 20",
        ),
        "control": (
            "Read what application control refused (events 3077 and 8004)",
            "Get-WinEvent -LogName Microsoft-Windows-CodeIntegrity/Operational -MaxEvents 20",
        ),
        "folder": "Allow the account's temporary folder for csc.exe in that policy, or run Ansible as an account that it leaves out",
        "resolve": "Check the inventory's ansible_host and the controller's DNS",
        "trust": "Give the WinRM listener a certificate with the VM's name of an authority that the controller trusts",
        "port": "Check that the VM runs, that its firewall and its security group let the controller in on TCP 5985, 5986 or 22",
        "listener": ("Check inside the VM that WinRM listens", "winrm enumerate winrm/config/listener"),
        "busy": "Check whether the VM is overloaded or hangs, by its processor, memory and disk in Azure's metrics and by its boot diagnostics",
        "limit": "Give slow VMs more time with diagnose_host_timeout",
        "check": "Check that the VM runs, that the controller reaches WinRM (or SSH) and that the account may use it",
    },
)
_GENERAL = ("ping", "check")
_STATUS = {"unreachable": "fail", "failed": "fail"}
# Of each reason: who acts, and by which steps.
_ADVICE: t.Mapping[str, tuple[str, tuple[str, ...]]] = {
    "library": (AUTOMATION, ("library", "execution")),
    "become": (AUTOMATION, ("become",)),
    "setting": (AUTOMATION, ("variables",)),
    "rejected": (GUEST_ADMIN, ("password", "remote")),
    "compile": (GUEST_ADMIN, ("control", "folder")),
    "killed": (GUEST_ADMIN, ("antivirus", "defender")),
    "name": (AUTOMATION, ("resolve",)),
    "certificate": (AUTOMATION, ("trust",)),
    "cut": (GUEST_ADMIN, ("antivirus", "defender", "port")),
    "late": (GUEST_ADMIN, ("busy", "limit")),
    "closed": (NETWORK_TEAM, ("port", "listener")),
}


def check(view: View) -> Finding | None:
    """Return the finding for a host without guest evidence, by the reason that Ansible's message gives."""
    if view.asked_guest:
        return None
    problem = view.evidence.guest_problem or GuestProblem("not_asked", "")
    kind = problem.kind if problem.kind in _STATUS else "not_asked"
    failure = connection_failure.read(problem.message) if kind in _STATUS else None
    package = failure.package if failure is not None else ""
    message = " ".join(problem.message.split()).rstrip(".") or TEXTS["no_reason"]
    who, names = _ADVICE.get(failure.kind if failure is not None else "", (GUEST_ADMIN, _GENERAL))
    return finding(
        ID,
        TEXTS[failure.kind if failure is not None else kind].format(message=message, package=package),
        severity="error" if kind in _STATUS else "warning",
        status=_STATUS.get(kind, "skipped"),
        evidence=[Fact("connection", problem.message or None, "ansible", kind)],
        remedy=[remedy(who, *(STEPS[name].format(package=package) for name in names), AGAIN)],
    )


RULE = Rule(
    id=ID,
    name="VM cannot be reached",
    place=10,
    why="Without the guest nothing can be said about its licence.",
    subject="the guest",
    check=check,
    texts=TEXTS,
    steps=STEPS | ASKING_AGAIN,
    severities=("error", "warning"),
    sources=(
        sources.Source("ansible issue 69595: PowerShell was ended", "https://github.com/ansible/ansible/issues/69595"),
        sources.Source(
            "ansible.windows issue 588: the compiler was refused",
            "https://github.com/ansible-collections/ansible.windows/issues/588",
        ),
        sources.Source(
            "Setting up a Windows host", "https://docs.ansible.com/ansible/latest/os_guide/windows_setup.html"
        ),
    ),
    verdict=True,
    applies=always,
    anywhere=True,
)
