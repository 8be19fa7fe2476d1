# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A script of the collection in the real engine, on a machine of the lab: every call that changes or asks Windows goes to the lab.

So the script itself meets the very services, files and licences that its twin meets, and both must leave the same machine.
"""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import socketserver
import tempfile
import threading
import typing as t

from ansible_collections.azure_windows.activation.plugins.plugin_utils._guest_script import script_text
from tests.lab.guest import files, licensing, messages, services
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.world.model import Tree
from tests.powershell.engine import Engine

_ORDER = ("machine", "system", "events", "network", "objects", "bridge", "language")
_OURS = "C:\\ProgramData\\"

CUT = "cut"
# Says what happens at the n-th call, before or after it: CUT ends the script there, a number is the HRESULT it fails with.
Strike = t.Callable[[int, str, str], "str | int | None"]


def no_strike(_number: int, _operation: str, _at: str) -> str | int | None:
    """Let every call be."""
    return None


class ScriptError(Exception):
    """The script itself failed; the message is its error."""


class Bridge:
    """Answers the calls of one run of a script. `calls` notes what was done, in order."""

    def __init__(self, machine: Tree, root: pathlib.Path, strike: Strike = no_strike) -> None:
        """Take a machine, which is changed in place, and the folder that the engine takes for drive C."""
        self.machine, self.calls = machine, t.cast("list[str]", [])
        self._computer, self._root, self._strike = Computer.alone(machine), root, strike
        self.cut = False
        for path, file in machine["files"].items():
            _write(self._place(path), file)

    def answer(self, request: Tree) -> Tree:
        """Do what a fake asks for."""
        operation, given = request["operation"], request["with"]
        if operation == "machine":
            return {"value": self.machine}
        self.calls.append(operation)
        number = len(self.calls)
        try:
            for at in ("before", "after"):
                if at == "after":
                    getattr(self, f"_{operation}")(given)
                    self._mirror()
                struck = self._strike(number, operation, at)
                if struck == CUT:
                    return self._cut_off()
                if isinstance(struck, int):
                    raise WindowsError(struck, "cim")
        except WindowsError as error:
            if self._strike(number, operation, "after") == CUT:
                return self._cut_off()
            text = error.text or messages.message(error.hresult, self.machine["ui_culture"])
            return {
                "error": {
                    "kind": error.kind,
                    "code": messages.hexadecimal(error.hresult),
                    "message": text,
                    "win32": error.code,
                }
            }
        return {"value": None}

    def _cut_off(self) -> Tree:
        self.cut = True
        return {"cut": True}

    def settle(self) -> None:
        """Take what the script did to the collection's own folder over into the machine."""
        for path in [path for path in self.machine["files"] if path.startswith(_OURS)]:
            del self.machine["files"][path]
        folder = self._place(_OURS)
        for file in sorted(folder.rglob("*")) if folder.exists() else []:
            if file.is_file():
                name = _OURS + str(file.relative_to(folder)).replace("/", "\\")
                files.write(self._computer, name, file.read_text("utf-8"))

    def _start_service(self, given: Tree) -> None:
        services.start(self._computer, given["name"])

    def _stop_service(self, given: Tree) -> None:
        services.stop(self._computer, given["name"], force=bool(given["force"]))

    def _rename(self, given: Tree) -> None:
        files.rename(self._computer, given["path"], given["to"])

    def _remove(self, given: Tree) -> None:
        files.remove(self._computer, given["path"])

    def _note(self, _given: Tree) -> None:
        """Mark the place of a call that the engine does itself."""

    def _method(self, given: Tree) -> None:
        known: dict[str, t.Callable[[], None]] = {
            "InstallLicense": lambda: licensing.install_license(self._computer),
            "InstallProductKey": lambda: licensing.install_product_key(
                self._computer, given["arguments"]["ProductKey"]
            ),
            "RefreshLicenseStatus": lambda: licensing.refresh_license_status(self._computer),
            "Activate": lambda: licensing.activate(self._computer, given["id"]),
        }
        known[given["method"]]()

    def _mirror(self) -> None:
        """Let the engine's folder hold the files that the machine has now."""
        store = self._place("C:\\Windows\\System32\\spp\\store")
        wanted = {self._place(path): file for path, file in self.machine["files"].items() if not path.startswith(_OURS)}
        for place in [place for place in store.rglob("*") if place.is_file() and place not in wanted]:
            place.unlink()
        for place, file in wanted.items():
            if not place.exists():
                _write(place, file)

    def _place(self, path: str) -> pathlib.Path:
        return self._root.joinpath(*path.partition(":\\")[2].split("\\"))


def run(
    engine: Engine,
    name: str,
    machine: Tree,
    parameters: t.Mapping[str, t.Any],
    *,
    what_if: bool = False,
    strike: Strike = no_strike,
) -> tuple[Tree | None, list[str]]:
    """Run a script on a machine, which is changed in place; return its answer, None when it was cut off, and its calls."""
    given = {key: value for key, value in parameters.items() if key != "ProductKey"}
    secrets = {"ProductKey": parameters["ProductKey"]} if parameters.get("ProductKey") else {}
    with tempfile.TemporaryDirectory(prefix="activation-c-") as folder:
        bridge = Bridge(machine, pathlib.Path(folder), strike)
        with _Server(bridge) as server:
            told = engine.run_session(
                script_text(name),
                given,
                what_if=what_if,
                secrets=secrets,
                fakes=_ORDER,
                variables={
                    "MachineJson": json.dumps(machine),
                    "RegistryJson": json.dumps(machine["registry"]),
                    "FilesRoot": folder,
                    "LabPort": server.server_address[1],
                },
            )
        bridge.settle()
    # A script that was cut off ends with the engine's word that it was stopped, which is no failure of its own.
    if told["error"] and not bridge.cut:
        raise ScriptError(told["error"][0]["message"])
    return (json.loads(told["output"][0]) if told["output"] else None), bridge.calls


class _Server(socketserver.TCPServer):
    allow_reuse_address = True

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bridge = bridge

    def __enter__(self) -> _Server:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        request = json.loads(self.rfile.readline())
        bridge = t.cast("_Server", self.server).bridge
        self.wfile.write(json.dumps(bridge.answer(request)).encode() + b"\n")


def _write(place: pathlib.Path, file: Tree) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if "text" in file:
        place.write_text(file["text"], "utf-8")
        return
    with place.open("wb") as stream:
        stream.truncate(file["size"])
    moment = datetime.datetime.fromisoformat(file["modified"].replace("Z", "+00:00")).timestamp()
    os.utime(place, (moment, moment))
