# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell engine as one process that runs many scripts: one JSON line in, one JSON line out.

Scripts run in a session as ansible.windows.win_powershell makes it, of one of its two generations (session/session.ps1).
"""

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
SESSION = pathlib.Path(__file__).parent / "session"
# How ansible.windows makes a session: up to 3.3.0, and from 3.4.0 on.
OLD, NEW = "old", "new"


class Engine:
    """`pwsh -Serve`; every run starts in a fresh runspace."""

    def __init__(self, generation: str = NEW) -> None:
        """Start the process; `generation` is OLD or NEW. Raises OSError."""
        self.generation = generation
        command = [PWSH or "pwsh", "-Serve"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self._modules = tempfile.TemporaryDirectory(prefix="activation-modules-")
        self._of_ours("modules", Folder=self._modules.name)

    def close(self) -> None:
        """End the process."""
        self._modules.cleanup()
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

    def run_session(
        self,
        script: str,
        parameters: t.Mapping[str, t.Any] | None = None,
        *,
        what_if: bool = False,
        secrets: t.Mapping[str, str] | None = None,
        fakes: t.Iterable[str] = (),
        variables: t.Mapping[str, t.Any] | None = None,
    ) -> dict[str, t.Any]:
        """Run a script as win_powershell does; return {output, error, warning, verbose, information, changed, failed}.

        `secrets` are parameters that travel as SecureString; `fakes` are files of this folder's `fakes`, run before with `variables`.
        """
        answer = self._of_ours(
            "session",
            Generation=self.generation,
            ModulePath=self._modules.name,
            ScriptText=script,
            Given=dict(parameters or {}),
            Secrets=dict(secrets or {}),
            WhatIf=what_if,
            Preludes=[str(_FAKES / f"{name}.ps1") for name in fakes],
            Variables=dict(variables or {}),
            Seconds=50,
        )
        told: dict[str, t.Any] = json.loads(answer["output"][0])
        return told

    def _of_ours(self, name: str, **variables: t.Any) -> dict[str, t.Any]:
        answer = self.run(file=str(SESSION / f"{name}.ps1"), variables=variables)
        if answer["error"]:
            raise RuntimeError(f"{name}.ps1: {answer['error']}")
        return answer

    def run_script(
        self,
        name: str,
        machine: t.Mapping[str, t.Any],
        parameters: t.Mapping[str, t.Any],
        change: Change | None = None,
        *,
        edit: t.Callable[[str], str] = str,
    ) -> Run:
        """Run a script of the collection on a machine made of fakes, which refuse every change unless there is one.

        `edit` may put a line into the script where Windows would do something that no fake can.
        """
        order = _ORDER if change is None else (*_ORDER[:-1], "changes", _ORDER[-1])
        with tempfile.TemporaryDirectory(prefix="activation-c-") as folder:
            _write_files(pathlib.Path(folder), machine["files"])
            answer = self.run_session(
                edit(whole(FOLDER / f"{name}.ps1")),
                parameters,
                what_if=change is None or change.what_if,
                secrets=change.secrets if change is not None else None,
                fakes=order,
                variables={
                    # The registry lies in the engine; every runspace would parse its text once more.
                    "MachineJson": json.dumps({name: part for name, part in machine.items() if name != "registry"}),
                    "RegistryJson": json.dumps(machine["registry"]),
                    "FilesRoot": folder,
                },
            )
            after = self.run(script=_AFTERWARDS)
        return Run(answer, *json.loads(after["output"][0]))


@dataclasses.dataclass(frozen=True)
class Change:
    """A script may change the machine; `secrets` are the parameters that travel as SecureString."""

    what_if: bool = False
    secrets: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


class Run:
    """What a script gave: the session's answer, the writing calls, registry and machine afterwards, and how it came to ask DNS."""

    def __init__(
        self, answer: dict[str, t.Any], writes: list[str], registry: str, machine: str, dns: list[str]
    ) -> None:
        """Keep the parts; `dns` holds `loaded` and `asked` in the order of these events."""
        self.dns = dns
        self.answer, self.writes, self.registry = answer, writes, registry
        self.machine: dict[str, t.Any] = json.loads(machine)

    @property
    def output(self) -> t.Any:
        """Return the one JSON value that the script printed."""
        if len(self.answer["output"]) != 1:
            raise AssertionError(f"one JSON string was expected: {self.answer}")
        return json.loads(self.answer["output"][0])


_AFTERWARDS = """
$writes, $dns = foreach ($name in 'lab.writes', 'lab.dns') { , @([AppDomain]::CurrentDomain.GetData($name) | ForEach-Object { $_ }) }
ConvertTo-Json -InputObject @($writes, (Export-MemoryRegistry), [AppDomain]::CurrentDomain.GetData('lab.machine'), $dns) -Compress
"""


def _write_files(root: pathlib.Path, files: t.Mapping[str, t.Any]) -> None:
    for path, file in files.items():
        place = root.joinpath(*path.partition(":\\")[2].split("\\"))
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as stream:
            stream.truncate(file["size"])
        moment = datetime.datetime.fromisoformat(file["modified"].replace("Z", "+00:00")).timestamp()
        os.utime(place, (moment, moment))
