# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Known vulnerabilities in what is pinned, and whether Galaxy would take the archive. What cannot be looked at is NOT RUN, never passed."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from tests.tools import tree

REQUIREMENTS = tree.ROOT / "tests" / "requirements"
PLACE = tree.ROOT / ".venv" / "audit"
# Vulnerability -> why it does no harm here; only of packages that run in tests alone.
ACCEPTED: dict[str, str] = {}
# Of all that Galaxy looks at, what another check does not do already.
_IMPORTER = """[galaxy-importer]
CHECK_REQUIRED_TAGS = True
RUN_ANSIBLE_TEST = False
RUN_ANSIBLE_LINT = False
RUN_FLAKE8 = False
RUN_ANSIBLE_DOC = False
"""


def environment() -> pathlib.Path:
    """Return the commands of an environment of their own, as their pins conflict with those of the tests; made once."""
    wanted = (REQUIREMENTS / "audit.txt").read_bytes()
    made = PLACE / "done"
    if not made.exists() or made.read_bytes() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", PLACE], check=True)
        pip = [PLACE / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", REQUIREMENTS / "audit.txt"], check=True)
        made.write_bytes(wanted)
    return PLACE / "bin"


def packages() -> int:
    """Look the pinned packages up among the known vulnerabilities; return the exit status."""
    accepted = [word for name in ACCEPTED for word in ("--ignore-vuln", name)]
    command = [
        environment() / "pip-audit",
        "-r",
        REQUIREMENTS / "constraints.txt",
        "--no-deps",
        "--disable-pip",
        *accepted,
    ]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, check=False)
    status, line = judged(done.stdout)
    print(line)
    if status:
        print(done.stdout, done.stderr)
    return status


def judged(text: str) -> tuple[int, str]:
    """Return the exit status and the line that tell what pip-audit's JSON says."""
    try:
        found = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, "NOT RUN  pip-audit: the list of known vulnerabilities cannot be reached"
    bad = [item["name"] for item in found if item.get("vulns")]
    if bad:
        return 1, f"known vulnerabilities in {', '.join(bad)}"
    left = [item["name"] for item in found if "skip_reason" in item]
    if left or not found:
        return (
            0,
            f"NOT RUN  pip-audit: nothing is known about {len(left)} of {len(found)} packages, as where this index has no advisories",
        )
    return 0, f"{len(found)} packages looked at"


def importer() -> int:
    """Let Galaxy's importer take the archive; return the exit status."""
    with tempfile.TemporaryDirectory(prefix="activation-importer-") as folder:
        settings = pathlib.Path(folder, "importer.cfg")
        settings.write_text(_IMPORTER, encoding="utf-8")
        copied = tree.copy(pathlib.Path(folder, "tree"))
        build = ["ansible-galaxy", "collection", "build", "--output-path", folder, str(copied)]
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        (archive,) = pathlib.Path(folder).glob("*.tar.gz")
        commands = environment()
        env = {
            **os.environ,
            "GALAXY_IMPORTER_CONFIG": str(settings),
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        }
        env.pop("ANSIBLE_COLLECTIONS_PATH", None)
        command = [commands / "python", "-m", "galaxy_importer.main", archive]
        return subprocess.run(command, cwd=folder, env=env, check=False).returncode


def bandit() -> int:
    """Look for weaknesses in the collection's own code; return the exit status."""
    return subprocess.run([environment() / "bandit", "-q", "-ll", "-r", tree.ROOT / "plugins"], check=False).returncode


if __name__ == "__main__":
    sys.exit({"packages": packages, "importer": importer, "bandit": bandit}[sys.argv[1]]())
