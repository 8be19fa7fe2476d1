# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Azure modules whole, from their options on standard input to their answer, in this process and over real sockets."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import pathlib
import time
import typing as t
import unittest.mock

from ansible.module_utils.testing import patch_module_args

from tests.lab.azure import half
from tests.unit.lab.azure import builders as b

COLLECTION = "ansible_collections.azure_windows.activation.plugins.modules"
VM = f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/web"
TABLE = f"{b.NETWORK}/routeTables/rt"
SECRET = "s3cret"
WRITES = ("PUT", "PATCH", "DELETE")


class Answer(t.NamedTuple):
    """What a module answered, how many seconds that took, and all that it printed beside it."""

    result: dict[str, t.Any]
    seconds: float
    printed: str

    @property
    def msg(self) -> str:
        """What a failed module says; empty for one that did not fail."""
        return str(self.result.get("msg") or "") if self.result.get("failed") else ""


class Azure:
    """A lab over `world`, and the modules run against it with `home` as their home directory."""

    def __init__(self, world: b.Body, home: pathlib.Path) -> None:
        lab = half.start(world, home / "lab")
        assert lab is not None
        self.lab, self.home = lab, home
        self.journal = home / "journal.jsonl"
        self.environment: dict[str, str] = dict(lab.environment)
        self.before = lab.state_hash()

    def __enter__(self) -> Azure:
        """Run until the block ends."""
        return self

    def __exit__(self, *_failure: object) -> None:
        """Stop the lab."""
        self.lab.stop()

    @property
    def untouched(self) -> bool:
        """Tell whether Azure is as it was in the beginning."""
        return self.lab.state_hash() == self.before

    def run(self, name: str, /, *, check: bool = False, **options: t.Any) -> Answer:
        """Run azure_kms_NAME with options as a play gives them."""
        module = importlib.import_module(f"{COLLECTION}.azure_kms_{name}")
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("AZURE_", "ARM_"))}
        environment = {**clean, "HOME": str(self.home), **self.environment}
        printed = io.StringIO()
        begun = time.monotonic()
        with (
            unittest.mock.patch.dict(os.environ, environment, clear=True),
            patch_module_args({**options, "_ansible_check_mode": check, "_ansible_remote_tmp": str(self.home)}),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            contextlib.suppress(SystemExit),
        ):
            module.main()
        lines = [line for line in printed.getvalue().splitlines() if line.startswith("{")]
        return Answer(json.loads(lines[-1]), time.monotonic() - begun, printed.getvalue())

    def read(self, seconds: int, **options: t.Any) -> Answer:
        """Read how the traffic of the machine leaves, within so many seconds."""
        return self.run("path_info", vms=[VM], azure_timeout=seconds, **options)

    def add_routes(self, **options: t.Any) -> Answer:
        """Write a route for each of two KMS addresses."""
        given = {"route_table": TABLE, "addresses": b.BOTH, "operation_timeout": 30, "journal": str(self.journal)}
        return self.run("route", **{**given, **options})

    def undo(self) -> Answer:
        """Roll back what the journal holds."""
        return self.run("rollback", journal=str(self.journal), operation_timeout=30)

    def log(self) -> list[dict[str, t.Any]]:
        """Return the requests that Azure has seen."""
        return [json.loads(line) for line in self.lab.request_log.read_text("utf-8").splitlines()]

    def writes(self) -> list[dict[str, t.Any]]:
        """Return the writing requests that Azure has seen."""
        return [entry for entry in self.log() if entry["method"] in WRITES or "register" in entry["path"]]

    def states(self) -> list[str]:
        """Return the states in the journal's whole lines."""
        if not self.journal.exists():
            return []
        found = []
        for line in self.journal.read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                found.append(str(json.loads(line)["state"]))
        return found
