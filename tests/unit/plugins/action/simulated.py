# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A guest whose scripts are answered by the lab's twins, so that an action meets a machine that keeps its state."""

from __future__ import annotations

import copy
import json
import typing as t

from ansible.errors import AnsibleConnectionFailure

from tests.lab.guest import changes, probe
from tests.lab.guest.computer import Computer
from tests.lab.guest.services import boot
from tests.lab.guest.steps import CutError, Steps
from tests.lab.server import scripts
from tests.powershell import machines
from tests.powershell.machines import APP, LICENSING, NAME, Machine
from tests.unit.plugins.action.wiring import run_action

KEY = "WX4NM-KYWYW-QJJR4-XV3QB-6VM33"
PRODUCT = "ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03"
POLICY = rf"{machines.POLICY}\Windows NT\CurrentVersion\Software Protection Platform"
CACHE = r"HKEY_USERS\S-1-5-20\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
_SCRIPTS = scripts.read()


class NoSockets:
    """The lab's own twins go by a target's state and open nothing."""

    def endpoint(self, _state: str) -> None:
        return None


class SimulatedGuest:
    """A Server 2022 Datacenter on Azure with its client setup key, not activated; tests change `machine`.

    `fault` is (step, before or after, what the lab's world calls a fault). `calls` holds the scripts that ran, in order.
    """

    def __init__(self) -> None:
        self.machine: Machine = machines.healthy(t.cast(t.Any, NoSockets()))
        self.fault: tuple[str, str, Machine] | None = None
        self.calls: list[str] = []
        self.sent: list[dict[str, t.Any]] = []
        rows = self.machine["cim"]["SoftwareLicensingProduct"]["rows"]
        rows[:] = [row for row in rows if row["ApplicationID"] == APP.upper() and row["PartialProductKey"] == "4M63B"]
        self.product.update(PartialProductKey=KEY[-5:], LicenseStatusReason=0xC004F009)
        registry = self.machine["registry"]
        for key in [item for item in registry if item.startswith(rf"{LICENSING}\{APP}") or "Firewall" in item]:
            del registry[key]
        self.service.update(KeyManagementServiceMachine=NAME)
        self.machine.update(attempts=0, events=[], event_log_oldest=None)

    @property
    def product(self) -> Machine:
        """Return the first product's row."""
        return t.cast("Machine", self.machine["cim"]["SoftwareLicensingProduct"]["rows"][0])

    @property
    def service(self) -> Machine:
        """Return the row of the licensing service."""
        return t.cast("Machine", self.machine["cim"]["SoftwareLicensingService"]["rows"][0])

    def license(self, **values: t.Any) -> None:
        """Change the product's row."""
        self.product.update(values)

    def activated(self, minutes_ago: int = 60) -> None:
        """Let KMS have activated Windows."""
        self.license(LicenseStatus=1, LicenseStatusReason=0x4004F040, GracePeriodRemaining=259200 - minutes_ago)

    def edition(self, edition_id: str, sku: int) -> None:
        """Change the edition."""
        self.machine["registry"][machines.WINDOWS]["values"]["EditionID"]["data"] = edition_id
        self.machine["cim"]["Win32_OperatingSystem"]["rows"][0]["OperatingSystemSKU"] = sku

    def disable(self, protected: bool) -> None:
        """Disable the licensing service."""
        service = self.machine["services"]["sppsvc"]
        service.update(status="Stopped", start=4, protected=protected)
        self.machine["registry"][rf"{machines.SERVICES}\sppsvc"]["values"]["Start"]["data"] = 4
        for name in ("SoftwareLicensingProduct", "SoftwareLicensingService"):
            self.machine["cim"][name]["error"] = {"code": "0x80070422", "message": "無効"}

    def restart(self) -> None:
        """Start Windows anew."""
        boot(Computer.alone(self.machine))

    def run(self, module: t.Any, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
        """Run an action on this guest, with a diff."""
        self.calls.clear()
        return run_action(module, options, self.execute, check_mode=check_mode, diff=True)

    def execute(self, **call: t.Any) -> dict[str, t.Any]:
        """Answer win_powershell as the guest would."""
        arguments = call["module_args"]
        self.sent.append(copy.deepcopy(arguments))
        script = _SCRIPTS[scripts.fingerprint(arguments["script"])]
        self.calls.append(script.name)
        secrets = {item["name"]: item["value"] for item in arguments.get("sensitive_parameters", [])}
        parameters = {**arguments["parameters"], **secrets}
        if script.name == "probe":
            answer = probe.answer(self.machine, parameters, pace=0.0)
            return {"changed": False, "output": [json.dumps(answer)], "error": []}
        try:
            steps = Steps(Computer.alone(self.machine), fault=self._strike)
            answer = changes.SCRIPTS[script.name](steps, parameters)
        except CutError:
            raise AnsibleConnectionFailure("the connection is lost") from None
        return {"changed": True, "output": [json.dumps(answer)], "error": [], "invocation": {"module_args": arguments}}

    def _strike(self, step: str, at: str) -> Machine | None:
        return self.fault[2] if self.fault is not None and (step, at) == self.fault[:2] else None
