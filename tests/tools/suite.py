# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the tests; without PowerShell say loudly what did not run, and fail when that happens on CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.tools import tree

FOLDERS = ("tests/unit", "tests/powershell", "tests/end_to_end")
MISSING = """
################################################################################
  THE POWERSHELL TESTS DID NOT RUN: there is no `pwsh` on PATH.
  tests/powershell runs the collection's own scripts in a real PowerShell and
  compares their answers with the lab's. Nothing else here does that.
################################################################################
"""


def main() -> int:
    """Run pytest over every folder that can run here and return the exit status."""
    powershell = shutil.which("pwsh") is not None
    folders = [folder for folder in FOLDERS if powershell or folder != "tests/powershell"]
    if not powershell:
        print(MISSING, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", *folders, *sys.argv[1:]],
        cwd=tree.ROOT,
        check=False,
    )
    if not powershell:
        print(MISSING, flush=True)
        if os.environ.get("CI") == "true":
            return done.returncode or 1
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
