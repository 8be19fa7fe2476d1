# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a simulated guest does when the collection's script token_store runs on it. Waiting takes no time here."""

from __future__ import annotations

import ntpath
import typing as t

from tests.lab.guest import files, license_rows, licensing, services, store, token_state
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.steps import Steps, failure
from tests.lab.guest.token_state import MARKER
from tests.lab.world.model import Tree

LICENSES = (r"C:\Windows\System32\spp\tokens", r"C:\Windows\System32\oem")
_TRIES_WHILE_OPEN = 5
_TARGETS = {
    "mark": MARKER, "unmark": MARKER, "rollback_unmark": MARKER, "install_licenses": "SoftwareLicensingService",
    "install_key": "InstallProductKey", "activate": "SoftwareLicensingProduct",
}  # fmt: skip
_ROLLBACK = ("rollback_stop", "rollback_rename", "rollback_start")


def change(steps: Steps, parameters: t.Mapping[str, t.Any]) -> Tree:
    """Run the steps that the parameters name, roll back when one fails, and tell what is there."""
    run = _Run(steps, parameters)
    if not steps.constrained:
        failed = next((name for name in parameters.get("Steps") or [] if not run.step(name)), None)
        if parameters.get("RollBack") or (failed and failed not in (parameters.get("NoRollBack") or [])):
            run.roll_back()
    return steps.answer(attempts=run.attempts, state=token_state.read(steps.computer.machine))


class _Run:
    """One run of the script; every step has a method of its name."""

    def __init__(self, steps: Steps, parameters: t.Mapping[str, t.Any]) -> None:
        self.attempts: list[Tree] = []
        self._steps = steps
        self._computer: Computer = steps.computer
        self._given = parameters
        self._path, self._backup, self._source = (
            str(parameters.get(name) or "") for name in ("Path", "Backup", "Source")
        )

    def step(self, name: str) -> bool:
        """Run a step; say whether it went well. Raises CutError."""
        places = {"rename": self._path, "bring_back": self._source, "rollback_rename": self._backup}
        target = _TARGETS.get(name) or places.get(name) or services.LICENSING
        work: t.Callable[[], None] = getattr(self, name)
        return self._steps.run(name, target, work)

    def roll_back(self) -> None:
        """Undo, as far as it goes; the marker goes last, and only when everything else went well."""
        went_well = [self.step(name) for name in _ROLLBACK]
        if all(went_well):
            self.step("rollback_unmark")

    def mark(self) -> None:
        if files.find(self._computer.machine, MARKER) is not None:
            raise WindowsError(files.EXISTS, "cim", "0x800700B7: there is a marker already")
        files.write(self._computer, MARKER, str(self._given.get("Marker") or ""))

    def stop_service(self) -> None:
        services.stop(self._computer, services.LICENSING, force=True)

    def rename(self) -> None:
        if self._is_there(self._path):
            self._move(self._path, self._backup)

    def bring_back(self) -> None:
        self._move(self._source, self._path)

    def start_service(self) -> None:
        for name in (services.LICENSING, *(self._given.get("Dependents") or [])):
            services.start(self._computer, name)

    def install_licenses(self) -> None:
        licensing.service(self._computer)
        folders = tuple(f"{folder}\\".casefold() for folder in LICENSES)
        found = [path for path in self._computer.machine["files"] if path.casefold().startswith(folders)]
        licenses = [path for path in found if path.casefold().endswith(".xrm-ms")]
        for _path in licenses:
            licensing.install_license(self._computer)
        if not licenses:
            text = "0x80070002: there is no licence file below System32\\spp\\tokens"
            raise WindowsError(files.NOT_FOUND, "cim", text)

    def install_key(self) -> None:
        if self._own_product() is None:
            licensing.service(self._computer)
            licensing.install_product_key(self._computer, str(self._given.get("ProductKey") or ""))
            licensing.refresh(self._computer)

    def activate(self) -> None:
        count = int(self._given.get("Attempts", 12))
        final = {str(code).upper() for code in self._given.get("FinalCodes") or []}
        futile = {str(code).upper() for code in self._given.get("FutileCodes") or []}
        for number in range(1, max(count, 1) + 1):
            attempt: Tree = {"at": self._computer.machine["utc_now"], "error": None}
            self.attempts.append(attempt)
            try:
                self._activate_once()
                return
            except WindowsError as error:
                attempt["error"] = failure(self._computer.machine, "Activate", error)
                code = str(attempt["error"]["code"]).upper()
                last = [str(one["error"]["code"]).upper() for one in self.attempts[-3:]]
                if number >= count or code in final or (last == [code] * 3 and code in futile):
                    raise

    def unmark(self) -> None:
        if files.find(self._computer.machine, MARKER) is not None:
            files.remove(self._computer, MARKER)

    def rollback_stop(self) -> None:
        if self._is_there(self._backup):
            self.stop_service()

    def rollback_rename(self) -> None:
        if not self._is_there(self._backup):
            return
        if self._is_there(self._path):
            if self._source and not self._is_there(self._source):
                self._move(self._path, self._source)
            else:
                self._while_closed(lambda: files.remove(self._computer, self._path))
        self._move(self._backup, self._path)

    def rollback_start(self) -> None:
        if self._given.get("WasRunning"):
            self.start_service()

    rollback_unmark = unmark

    def _activate_once(self) -> None:
        own = self._own_product()
        if own is None:
            raise WindowsError(license_rows.NO_KEY, "cim", "0xC004F014: no Windows product has a key")
        licensing.activate(self._computer, str(own["ID"]))
        licensing.refresh(self._computer)
        now = self._own_product()
        if now is None or now["LicenseStatus"] != license_rows.LICENSED:
            raise WindowsError(0, "cim", "Activate succeeded, but Windows is not licensed")

    def _own_product(self) -> Tree | None:
        licensing.require_answer(self._computer, license_rows.CLASSES[0])
        return next((row for row in store.rows(self._computer.machine) if license_rows.is_base(row)), None)

    def _is_there(self, path: str) -> bool:
        return bool(path) and files.find(self._computer.machine, path) is not None

    def _move(self, path: str, to: str) -> None:
        target = ntpath.join(ntpath.dirname(path), ntpath.basename(to))
        self._while_closed(lambda: files.rename(self._computer, path, target))

    def _while_closed(self, work: t.Callable[[], None], left: int = _TRIES_WHILE_OPEN) -> None:
        try:
            work()
        except WindowsError as error:
            if not left or error.hresult != files.IN_USE:
                raise
            self.stop_service()
            self._while_closed(work, left - 1)
