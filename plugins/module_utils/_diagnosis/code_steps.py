# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented steps against a code, without those that the evidence shows as done."""

from __future__ import annotations

import typing as t

from .._guest.evidence import Code
from .._reference import error_codes
from . import keys, reach
from .model import Step
from .rule import ACTIVATE, steps
from .view import CLOCK_LIMIT_SECONDS, View

_SLMGR = "cscript //nologo $env:windir\\system32\\slmgr.vbs"
STEPS = steps(
    "code",
    {
        "way": "Allow outbound TCP {port} to {addresses} on the whole path (routes, security rules, firewalls, the outbound method)",
        "test": ("Test the path (an open port alone proves no KMS)", "Test-NetConnection {name} -Port {port}"),
        "record": ("Look up which KMS the domain's DNS names", "Resolve-DnsName _vlmcs._tcp.<domain> -Type SRV"),
        "resolver": ("Ask the guest's DNS servers for the KMS name", "Resolve-DnsName {name} -Type A"),
        "forwarder": "Repair the DNS server that fails, or its forwarder (in Azure the last forwarder is 168.63.129.16)",
        "nic_dns": "Let Windows take its DNS servers from Azure by DHCP, and set others in Azure on the virtual network or the NIC",
        "own_kms": "Find which KMS answered in the newest event 12288, as Azure's KMS never answers with this code",
        "clear_host": ("Clear the KMS host that is set", f"{_SLMGR} /ckms"),
        "set_host": ("Set the KMS host", f"{_SLMGR} /skms {{target}}"),
        "clock": ("Set the clock right", "w32tm /resync /rediscover"),
        "settings": "Change the key with the command only, as the Settings page fails with this code",
        "licence_files": ("Reinstall the licence files (takes some minutes)", f"{_SLMGR} /rilc"),
        "image_licence": "Check that the image was made from media with a licence for this edition",
        "restart_service": ("Restart the licensing service and wait about 30 seconds", "Restart-Service sppsvc"),
        "busy": "Wait some minutes before the next attempt, as this code passes by itself",
        "restart": ("Restart the VM", "Restart-Computer"),
        "new_image": "Redeploy the VM from another image, as Windows cannot be rearmed any more",
        "system_files": ("Check the system files", "sfc /scannow"),
        "component_store": ("Repair the component store", "DISM /Online /Cleanup-Image /RestoreHealth"),
        "restore": "Restore the VM from a backup or redeploy it",
        "online": "Check whether a proxy breaks HTTPS, as this code is of online activation and not of KMS",
    },
)
_WAY = frozenset({"way", "test", "record"})
_NAMES = frozenset({"resolver", "forwarder", "nic_dns"})
_HOST = frozenset({"clear_host", "set_host"})
# A code that sums up others, which say more.
_SUMMARY = "0xC004F074"


def told(codes: t.Iterable[Code]) -> tuple[Code, ...]:
    """Return the distinct codes that have documented steps; the one that sums up comes last."""
    known = {code.code: code for code in codes if code.code in error_codes.REMEDIES}
    return tuple(sorted(known.values(), key=lambda code: code.code == _SUMMARY))


def steps_for(view: View, codes: t.Iterable[Code]) -> tuple[Step, ...]:
    """Return the steps against these codes that are still to be done, each once."""
    done = _done(view)
    names = dict.fromkeys(name for code in codes for name in error_codes.REMEDIES.get(code.code, ()))
    cloud = view.cloud
    values = {
        "addresses": ", ".join(cloud.addresses),
        "name": cloud.preferred_name,
        "port": cloud.port,
        "target": view.target_name,
    }
    found = []
    for name in names:
        if name in done:
            continue
        if name == "key":
            found += [step for remedy in keys.install_key(view) for step in remedy.steps if step != ACTIVATE]
        else:
            found.append(STEPS[name].format(**values))
    return tuple(found)


def _done(view: View) -> frozenset[str]:
    """Return the steps that the evidence shows as done: what answers needs no way, what resolves no resolver."""
    done: set[str] = set()
    guest = view.guest
    answer = reach.answer_for(guest.dns, view.name_in_use)
    if view.reach.state == "reached":
        done |= _WAY
    if answer is not None and answer.addresses:
        done |= _NAMES
    if view.host_is_azure and view.host is not None and view.host.port == view.cloud.port:
        done |= _HOST
    clock = guest.clock
    if clock is not None and clock.offset_seconds is not None and abs(clock.offset_seconds) < CLOCK_LIMIT_SECONDS:
        done.add("clock")
    if guest.client_key is not None and guest.client_key.matches:
        done.add("key")
    return frozenset(done)
