# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell engine as one process that runs many scripts: one JSON line in, one JSON line out."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import typing as t

from tests.lab.server.scripts import FOLDER, whole

PWSH = shutil.which("pwsh")
_FAKES = pathlib.Path(__file__).parent / "fakes"
_ORDER = ("machine", "system", "events", "network", "objects", "language")
_ANSIBLE = {"Changed": True, "Failed": False, "Result": None, "CheckMode": False}


class Engine:
    """`pwsh -Serve`; every run starts in a fresh runspace."""

    def __init__(self) -> None:
        """Start the process. Raises OSError."""
        command = [PWSH or "pwsh", "-Serve"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.terminate()
        self._process.wait()

    def run(self, **request: t.Any) -> dict[str, t.Any]:
        """Send one request of the engine's protocol, return its answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("the engine has no pipes")
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise RuntimeError(f"the engine ended with exit status {self._process.wait()}")
        answer: dict[str, t.Any] = json.loads(line)
        if "failed" in answer:
            raise RuntimeError(f"the engine refused the request: {answer['failed']}")
        return answer

    def run_script(
        self,
        name: str,
        machine: t.Mapping[str, t.Any],
        parameters: t.Mapping[str, t.Any],
        change: Change | None = None,
    ) -> Run:
        """Run a script of the collection on a machine made of fakes, which refuse every change unless there is one."""
        order = _ORDER if change is None else (*_ORDER[:-1], "changes", _ORDER[-1])
        text = whole(FOLDER / f"{name}.ps1")
        given = {**parameters, "WhatIf": change is None or change.what_if}
        with tempfile.TemporaryDirectory(prefix="activation-c-") as folder:
            _write_files(pathlib.Path(folder), machine["files"])
            answer = self.run(
                script=_RUN if change is not None and change.secrets else text,
                parameters={} if change is not None and change.secrets else given,
                prelude=[{"file": str(_FAKES / f"{part}.ps1")} for part in order],
                variables={
                    "Given": given,
                    "Secrets": dict(change.secrets) if change is not None else {},
                    "ScriptText": text,
                    "MachineJson": json.dumps(machine),
                    "RegistryJson": json.dumps(machine["registry"]),
                    "FilesRoot": folder,
                    "Ansible": _ANSIBLE,
                },
                **{"return": ["Ansible"]},
            )
            after = self.run(script=_AFTERWARDS)
        return Run(answer, *json.loads(after["output"][0]))


@dataclasses.dataclass(frozen=True)
class Change:
    """A script may change the machine; `secrets` are the parameters that travel as SecureString."""

    what_if: bool = False
    secrets: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


class Run:
    """What a script gave: the engine's answer, the writing calls, and registry and machine afterwards."""

    def __init__(self, answer: dict[str, t.Any], writes: list[str], registry: str, machine: str) -> None:
        """Keep the parts."""
        self.answer, self.writes, self.registry = answer, writes, registry
        self.machine: dict[str, t.Any] = json.loads(machine)

    @property
    def output(self) -> t.Any:
        """Return the one JSON value that the script printed."""
        if len(self.answer["output"]) != 1:
            raise AssertionError(f"one JSON string was expected: {self.answer}")
        return json.loads(self.answer["output"][0])


_AFTERWARDS = """
$writes = @([AppDomain]::CurrentDomain.GetData('lab.writes') | ForEach-Object { $_ })
ConvertTo-Json -InputObject @($writes, (Export-MemoryRegistry), [AppDomain]::CurrentDomain.GetData('lab.machine')) -Compress
"""
# win_powershell gives a sensitive parameter as SecureString.
_RUN = """
foreach ($name in @($Secrets.Keys)) { $Given[$name] = ConvertTo-SecureString -String $Secrets[$name] -AsPlainText -Force }
& ([scriptblock]::Create($ScriptText)) @Given
"""


def _write_files(root: pathlib.Path, files: t.Mapping[str, t.Any]) -> None:
    for path, file in files.items():
        place = root.joinpath(*path.partition(":\\")[2].split("\\"))
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as stream:
            stream.truncate(file["size"])
        moment = datetime.datetime.fromisoformat(file["modified"].replace("Z", "+00:00")).timestamp()
        os.utime(place, (moment, moment))
