# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure modules over the real SDK against a running lab."""

from __future__ import annotations

import collections.abc
import importlib
import json
import pathlib
import time
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import session, settings
from ansible_collections.azure_windows.activation.plugins.module_utils._azure.arm import Runtime
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import job
from tests.lab.azure import half
from tests.unit.lab.azure import builders as b

COLLECTION = "ansible_collections.azure_windows.activation.plugins.modules"
WRITING = ("PUT", "PATCH", "DELETE")


class Azure:
    """One lab, and the modules run against it as Ansible would run them."""

    def __init__(self, lab: half.AzureLab, home: pathlib.Path) -> None:
        self.lab = lab
        self.journal = home / "journal" / "journal.jsonl"
        self._home = home
        # Long enough waits for the lab, short enough for a test.
        self._runtime = Runtime(sleep=lambda seconds: time.sleep(min(seconds, 0.05)))

    def run(
        self, name: str, /, *, check: bool = False, runtime: Runtime | None = None, **options: t.Any
    ) -> dict[str, t.Any]:
        """Run a module; its result has `msg` when it fails."""
        module = importlib.import_module(f"{COLLECTION}.azure_kms_{name}")
        given = {"journal": str(self.journal), "operation_timeout": 20, **options}
        validated = ArgumentSpecValidator(module.argument_spec()).validate(given)
        assert not validated.error_messages, validated.error_messages
        params = validated.validated_parameters
        kind = getattr(module, "KIND", module)
        kind.check(params)
        found = settings.resolve({}, self.lab.environment, self._home)
        with session.open_session(found, deadline=20) as opened:
            work = job.begin(
                opened, params, check_mode=check, module=f"azure_kms_{name}", runtime=runtime or self._runtime
            )
            return t.cast("dict[str, t.Any]", kind.run(work, params))

    def undo(self, *, check: bool = False) -> dict[str, t.Any]:
        """Roll back everything that the journal holds."""
        return self.run("rollback", check=check)

    def log(self) -> list[dict[str, t.Any]]:
        """Return the lab's request log."""
        return [json.loads(line) for line in self.lab.request_log.read_text(encoding="utf-8").splitlines()]

    def writes(self) -> list[tuple[str, int]]:
        """Return the writes that the lab has seen, as (method and last part of the path, status)."""
        return [
            (f"{entry['method']} {entry['path'].rsplit('/', 1)[-1]}", entry["status"])
            for entry in self.log()
            if entry["method"] in WRITING or "register" in entry["path"]
        ]

    def states(self) -> list[str]:
        """Return the states that the journal names, in order."""
        return [json.loads(line)["state"] for line in self.journal.read_text(encoding="utf-8").splitlines()]

    def find(self, path: str) -> dict[str, t.Any]:
        """Return a network resource of the lab."""
        found = self.lab.find(f"{b.NETWORK}/{path}")
        assert found is not None
        return found


Start = t.Callable[..., Azure]


@pytest.fixture
def azure(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> collections.abc.Iterator[Start]:
    """Start a lab over resources (and other keys of builders.world)."""
    labs: list[half.AzureLab] = []
    # Waits that the SDK does by itself, between the tries of a read.
    monkeypatch.setattr("azure.core.pipeline.transport.RequestsTransport.sleep", lambda self, seconds: None)

    def start(resources: t.Sequence[b.Body], **more: t.Any) -> Azure:
        options = {"retry_after": 0, **more.pop("options", {})}
        lab = half.start(b.world(resources, options=options, **more), tmp_path / str(len(labs)))
        assert lab is not None
        labs.append(lab)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", lab.environment["REQUESTS_CA_BUNDLE"])
        return Azure(lab, tmp_path)

    yield start
    for lab in labs:
        lab.stop()


def fault(match: str, **more: t.Any) -> b.Body:
    """Return a fault of the lab's Resource Manager."""
    return {"on": "arm", "match": match, **more}
