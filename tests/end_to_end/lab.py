# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the lab and real ansible-playbook processes against it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
import typing as t

from tests.tools import tree

CONTOSO = "tests/lab/worlds/contoso.yml"
HERE = pathlib.Path(__file__).resolve().parent
DIAGNOSE = tree.ROOT / "playbooks" / "diagnose.yml"
START_SECONDS = 60
RUN_SECONDS = 300


@dataclasses.dataclass(frozen=True)
class Run:
    """A finished ansible-playbook. `report` is None when none was written."""

    status: int
    output: str
    report: dict[str, t.Any] | None
    path: pathlib.Path

    @property
    def root_causes(self) -> dict[str, str]:
        """Root cause by host."""
        assert self.report is not None, self.output
        return {host["name"]: host["root_cause"]["id"] for host in self.report["hosts"]}


@dataclasses.dataclass(frozen=True)
class Lab:
    """A lab that serves `world`; its files lie in `state`."""

    world: str
    state: pathlib.Path

    def play(
        self,
        folder: pathlib.Path,
        *arguments: str,
        playbook: pathlib.Path = DIAGNOSE,
        collections: pathlib.Path = tree.TREE,
        **env: str,
    ) -> Run:
        """Run a playbook from `folder`, where the report goes by default."""
        inventory = ("-i", str(self.state / "inventory.yml"))
        env = {**self.environment, **env}
        done = run(
            "ansible-playbook", *inventory, str(playbook), *arguments, folder=folder, collections=collections, **env
        )
        path = folder / "kms-report" / "kms-report.json"
        report = json.loads(path.read_text("utf-8")) if path.exists() else None
        return Run(done.returncode, done.stdout, report, path)

    @property
    def environment(self) -> dict[str, str]:
        """What the lab wants a playbook to have: the way to its Azure half, when the world has one."""
        words = shlex.split((self.state / "environment").read_text("utf-8"))
        return dict(word.split("=", 1) for word in words if word != "export")

    def requests(self) -> list[dict[str, t.Any]]:
        """Return what the guests were asked since the lab started."""
        return [json.loads(line) for line in (self.state / "requests.jsonl").read_text("utf-8").splitlines()]


# What Ansible may say beside the play's own output, each with its reason.
ADMITTED = (
    # azure_kms_route's own word on routes that it was not asked to remove.
    r"routes for old or mistyped KMS addresses stay",
    # The connection plugin's word on a connection that a test cuts.
    r"ERROR DURING WINRM SEND INPUT",
    # Ansible's words on the strategy free, which a test chooses; the role takes it into account.
    r"Using (run_once|any_errors_fatal) with the free strategy",
)


def complaints(output: str) -> list[str]:
    """Return the warnings and deprecations that Ansible printed and that no reason admits."""
    said = [line for line in output.splitlines() if re.search(r"\[(WARNING|DEPRECATION( WARNING)?)\]", line)]
    return [line for line in said if not any(re.search(pattern, line) for pattern in ADMITTED)]


def settings(folder: pathlib.Path, collections: pathlib.Path = tree.TREE, **env: str) -> dict[str, str]:
    """Return the environment of a program of Ansible, with `folder` as its home directory."""
    return {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(tree.link(collections)),
        "ANSIBLE_CONFIG": str(tree.ROOT / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_FORCE_COLOR": "0",
        "HOME": str(folder),
        "NO_PROXY": "127.0.0.0/8,127.0.0.1,localhost",
        "no_proxy": "127.0.0.0/8,127.0.0.1,localhost",
        **env,
    }


def run(
    program: str, *arguments: str, folder: pathlib.Path, collections: pathlib.Path = tree.TREE, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a program of this Python's environment on a tree of collections; stdout and stderr come together."""
    done = subprocess.run(
        [str(pathlib.Path(sys.executable).with_name(program)), *arguments],
        cwd=folder,
        env=settings(folder, collections, **env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert not (said := complaints(done.stdout)), "\n".join(said)
    return done


@contextlib.contextmanager
def serving(world: str, state: pathlib.Path, auth: str = "basic-tls") -> t.Iterator[Lab]:
    """Serve `world` until the block ends."""
    state.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.lab", "serve", world, "--state", str(state), "--auth", auth]
    log = state / "server.log"
    with log.open("w", encoding="utf-8") as stream:
        server = subprocess.Popen(command, cwd=tree.ROOT, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
        try:
            _wait(server, state / "ready", log)
            yield Lab(world, state)
        finally:
            server.terminate()
            server.wait(START_SECONDS)


def _wait(server: subprocess.Popen[bytes], ready: pathlib.Path, log: pathlib.Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the lab did not start:\n{log.read_text('utf-8')}")
        time.sleep(0.05)


def expect(world: str, report: pathlib.Path) -> subprocess.CompletedProcess[str]:
    """Compare a report with what the world expects; exit status 1 and a table when they differ."""
    return subprocess.run(
        [sys.executable, "-m", "tests.lab", "expect", world, str(report)],
        cwd=tree.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
