# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run every static check, two at a time, and say of each one whether it passed.

A check that looked at no file has failed: `must_say` is what its output shows when it saw some.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from tests.tools import audit, tree

HOME = tree.ROOT / ".venv" / "home"
# Beside each other, two releases of ansible-test would make the same environment in one home.
OLDEST_HOME = tree.ROOT / ".venv" / "oldest_home"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

# ansible-test bootstraps pip from a host of its own; this does it from Python's bundled wheel.
GET_PIP = """\
import subprocess, sys
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
wanted = [arg for arg in sys.argv[1:] if arg not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--upgrade", *wanted]).returncode)
"""
# Under mypy --strict.
TYPED = ("action", "filter", "module_utils", "plugin_utils")

# Fails in a PowerShell that cannot import the module that the sanity test pslint needs.
FIND_ANALYZER = "exit [int](-not (Get-Module -ListAvailable PSScriptAnalyzer))"

# What the oldest ansible-core runs on.
OLDEST_PYTHONS = ("3.12", "3.11", "3.10")
# What may differ between releases of ansible-core: finding our own modules, and reading our documentation.
OLDEST_TESTS = ("import", "action-plugin-docs", "validate-modules")

# One per ansible-core: 2.17; 2.18 and 2.19; 2.20 and later.
GET_PIP_VERSIONS = ("23_1_2", "24_2", "25_2")


@dataclasses.dataclass(frozen=True)
class Check:
    """One command; `must_say` and `must_not_say` are patterns its output is held to beside its exit status."""

    name: str
    command: tuple[str, ...]
    folder: pathlib.Path = tree.ROOT
    must_say: str = ""
    must_not_say: str = ""
    home: pathlib.Path = HOME


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How one check ended; `complaint` is empty when it passed."""

    check: Check
    complaint: str
    output: str
    seconds: float


def environment() -> dict[str, str]:
    """Return the environment of every check."""
    return {**os.environ, "HOME": str(HOME), "MYPYPATH": str(tree.TREE), "ANSIBLE_NOCOLOR": "1"}


def can_lint_powershell() -> bool:
    """Return whether the `pwsh` on PATH, if there is one, has PSScriptAnalyzer; ansible-test looks for `pwsh` alone."""
    pwsh = shutil.which("pwsh")
    if pwsh is None:
        return False
    command = [pwsh, "-NoProfile", "-Command", FIND_ANALYZER]
    return subprocess.run(command, env=environment(), capture_output=True, check=False).returncode == 0


def oldest_core() -> tuple[pathlib.Path, str] | None:
    """Return the commands of the oldest ansible-core, installed once, and their Python; None where no Python runs it."""
    for version in OLDEST_PYTHONS:
        python = sys.executable if version == PYTHON else shutil.which(f"python{version}")
        # A shim of pyenv is there and does not work for a version that is not chosen.
        if python is None or subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode:
            continue
        requirements = tree.ROOT / "tests" / "requirements" / "oldest_core.txt"
        place = tree.ROOT / ".venv" / f"oldest_core-{version}"
        made = place / "done"
        if not made.exists() or made.read_bytes() != requirements.read_bytes():
            subprocess.run([python, "-m", "venv", "--clear", place], check=True)
            pip = [place / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", requirements], check=True)
            shutil.copy(requirements, made)
        return place / "bin", version
    return None


def oldest_check(core: tuple[pathlib.Path, str], copied: pathlib.Path) -> Check:
    """Return the check of the collection in `copied` with the oldest ansible-core."""
    commands, version = core
    tests = tuple(f"--test={name}" for name in OLDEST_TESTS)
    path = f"PATH={commands}{os.pathsep}{os.environ['PATH']}"
    return Check(
        "ansible-test sanity with the oldest ansible-core",
        ("env", path, "ansible-test", "sanity", "--color", "no", "--python", version, *tests),
        folder=copied,
        must_say=r"Running sanity test \"validate-modules\"",
        must_not_say=r"All targets skipped",
        home=OLDEST_HOME,
    )


def checks(copied: pathlib.Path, scratch: pathlib.Path, left_out: tuple[str, ...] = ()) -> list[Check]:
    """Return the checks, the longest first; `copied` is the collection as git has it, outside the checkout.

    `left_out` names the sanity tests that cannot run here.
    """
    collection = tree.TREE / tree.NAME
    rooms = tuple(str(collection / "plugins" / room) for room in TYPED)
    docs = ("--plugin-docs", "--validate-collection-refs=dependent", "--check-extra-docs-refs")
    skipped = tuple(f"--skip-test={name}" for name in left_out)
    installed = scratch / "installed"
    beside = "\n".join(
        f"mkdir -p {(installed / name).parent}; ln -s {tree.TREE / name} {installed / name}"
        for name in tree.DEPENDENCIES
    )
    install = f"""
        {beside}
        export ANSIBLE_COLLECTIONS_PATH={installed}
        ansible-galaxy collection build --output-path {scratch} {copied}
        ansible-galaxy collection install {scratch}/azure_windows-activation-*.tar.gz -p {installed} --offline
        ansible-doc azure_windows.activation.kms_facts azure_windows.activation.kms_report
    """
    return [
        Check(
            "ansible-test sanity",
            ("ansible-test", "sanity", "--color", "no", "--python", PYTHON, *skipped),
            folder=copied,
            must_say=r"Running sanity test \"validate-modules\"",
            must_not_say=r"All targets skipped",
        ),
        Check("ansible-lint", ("ansible-lint", "--nocolor"), must_say=r"\b[1-9]\d* files"),
        Check("mypy", ("mypy", "--config-file", "pyproject.toml", *rooms), must_say=r"in [1-9]\d* source files"),
        Check("antsibull-docs", ("antsibull-docs", "lint-collection-docs", *docs, str(copied))),
        Check("ansible-galaxy build and install", ("sh", "-ec", install), must_say=r"was installed successfully"),
        Check("docs", (sys.executable, "-m", "tests.tools.docs", "--check"), must_say=r"[1-9]\d* pages looked at"),
        Check(
            "galaxy-importer",
            (sys.executable, "-m", "tests.tools.audit", "importer"),
            must_say=r"Importer processing completed successfully",
        ),
        Check("bandit", (sys.executable, "-m", "tests.tools.audit", "bandit")),
        Check(
            "pip-audit", (sys.executable, "-m", "tests.tools.audit", "packages"), must_say=r"packages looked at|NOT RUN"
        ),
        Check("antsibull-changelog", ("antsibull-changelog", "lint")),
        Check("ruff format", ("ruff", "format", "--check", "."), must_say=r"[1-9]\d* files already formatted"),
        Check("ruff", ("ruff", "check", ".")),
        Check("vulture", (sys.executable, "-m", "tests.tools.dead_code"), must_say=r"dead names in [1-9]\d* files"),
    ]


def run(check: Check) -> Outcome:
    """Run one check and judge it."""
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=check.folder,
        env={**environment(), "HOME": str(check.home)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    complaint = ""
    if done.returncode:
        complaint = f"exit status {done.returncode}"
    elif check.must_not_say and re.search(check.must_not_say, done.stdout):
        complaint = f"its output says {check.must_not_say!r}"
    elif not re.search(check.must_say, done.stdout):
        complaint = f"its output lacks {check.must_say!r}: did it see any file?"
    return Outcome(check, complaint, done.stdout, time.monotonic() - started)


def main() -> int:
    """Run the checks and return the exit status."""
    for home in (HOME, OLDEST_HOME):
        cache = home / ".ansible" / "test" / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        for version in GET_PIP_VERSIONS:
            (cache / f"get_pip_{version}.py").write_text(GET_PIP, encoding="utf-8")
    left_out = () if can_lint_powershell() else ("pslint",)
    core = oldest_core()
    failed, not_run = 0, list[str]()
    audit.environment()
    with (
        tempfile.TemporaryDirectory(prefix="activation-checks-") as folder,
        concurrent.futures.ThreadPoolExecutor(2) as pool,
    ):
        scratch = pathlib.Path(folder)
        wanted = checks(tree.copy(scratch), scratch, left_out)
        if core is not None:
            wanted.insert(1, oldest_check(core, tree.copy(scratch / "oldest")))
        for outcome in pool.map(run, wanted):
            print(
                f"{'FAILED' if outcome.complaint else 'passed'}  {outcome.check.name}  ({outcome.seconds:.0f} s)",
                flush=True,
            )
            not_run += re.findall(r"^NOT RUN  .*", outcome.output, re.MULTILINE)
            if outcome.complaint:
                failed += 1
                print(f"{outcome.output}\n{outcome.check.name}: {outcome.complaint}\n", flush=True)
    for line in not_run:
        print(line)
    for name in left_out:
        print(f"NOT RUN  ansible-test sanity: {name} (no PowerShell with PSScriptAnalyzer on PATH)")
    if core is None:
        print(
            f"NOT RUN  ansible-test sanity with the oldest ansible-core (no Python {' or '.join(OLDEST_PYTHONS)} on PATH)"
        )
    print(f"{failed} checks failed" if failed else "every check passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
