# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the tests; without PowerShell or a browser say loudly what did not run, and fail when that happens on CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.tools import browser, tree

# The longest first, so that no worker is left alone with them at the end.
FOLDERS = ("tests/end_to_end", "tests/faults", "tests/powershell", "tests/fuzz", "tests/unit")
MISSING = """
################################################################################
  THE POWERSHELL TESTS DID NOT RUN: there is no `pwsh` on PATH.
  tests/powershell runs the collection's own scripts in a real PowerShell and
  compares their answers with the lab's. Nothing else here does that.
################################################################################
"""
BROWSER_TESTS = "tests/end_to_end/test_browser.py"
NO_BROWSER = """
################################################################################
  THE BROWSER TESTS DID NOT RUN: {missing}.
  They open the report in a real browser, use it, and check that everybody can
  read it. Nothing else here does that.
################################################################################
"""


# The tests of Azure run a second time with the oldest SDK that is promised; signing in does not depend on it.
OLDEST = tree.ROOT / ".venv" / "oldest"
AZURE_TESTS = (
    "tests/unit/lab/azure",
    "tests/unit/plugins/module_utils/_azure",
    "tests/unit/plugins/module_utils/_azure_change",
    "tests/unit/plugins/modules/azure",
)
SIGN_IN = "tests/unit/plugins/modules/azure/test_azure_sign_in.py"


def oldest_sdk() -> int:
    """Run the tests of Azure with the oldest azure-mgmt-network and return the exit status."""
    version = next(OLDEST.glob("azure_mgmt_network-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    print(f"Azure once more, with azure-mgmt-network {version}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "3", "--dist", "loadgroup", *AZURE_TESTS, f"--ignore={SIGN_IN}"],
        env={**os.environ, "PYTHONPATH": str(OLDEST), "AZURE_MGMT_NETWORK": version},
        cwd=tree.ROOT,
        check=False,
    )
    return done.returncode


def main() -> int:
    """Run pytest over every folder that can run here and return the exit status."""
    powershell = shutil.which("pwsh") is not None
    folders = [folder for folder in FOLDERS if powershell or folder != "tests/powershell"]
    missing = browser.prepare()
    notices = [*([] if powershell else [MISSING]), *([NO_BROWSER.format(missing=missing)] if missing else [])]
    ignored = [f"--ignore={BROWSER_TESTS}"] if missing else []
    print(*notices, sep="", end="", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "3", "--dist", "loadgroup", *folders, *ignored, *sys.argv[1:]],
        cwd=tree.ROOT,
        check=False,
    )
    status = done.returncode
    if OLDEST.is_dir() and not sys.argv[1:]:
        status = oldest_sdk() or status
    print(*notices, sep="", end="", flush=True)
    if notices and os.environ.get("CI") == "true":
        return status or 1
    return status


if __name__ == "__main__":
    sys.exit(main())
