# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the report of a large simulated fleet and print what that costs: python -m tests.bench.report [VMS]."""

from __future__ import annotations

import pathlib
import sys
import tempfile
import time

from tests.tools import tree

sys.path.insert(0, str(tree.TREE))

from ansible_collections.azure_windows.activation.plugins.action import kms_report
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import engine, intake
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.plugin_utils import _files
from tests.bench import fleet
from tests.unit.plugins.module_utils._diagnosis import build as build_evidence

# For 1,000 VMs, whatever is wrong with them.
MOST_BYTES = {"html": 1_500_000, "json": 3_000_000}
MOST_SECONDS = 5.0


def main() -> int:
    """Print size and CPU seconds of each format; exit status 1 when a file is larger or a report slower than it may be."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    judge(count)
    return max(measure(name, diagnoses) for name, diagnoses in fleet.fleets(count).items())


def judge(count: int) -> None:
    """Print the CPU seconds of judging VMs that were read, as kms_diagnosis does."""
    evidence = [{**to_plain(build_evidence.evidence()), "name": f"vm-{number:04}"} for number in range(count)]
    given = [{key: item[key] for key in ("name", "guest", "path", "resource_id")} for item in evidence]
    before = time.process_time()
    to_plain([engine.diagnose(item) for item in intake.read(given)])
    print(f"kms_diagnosis: {count} VMs in {time.process_time() - before:.2f} s")


def measure(name: str, diagnoses: list[fleet.Plain]) -> int:
    """Write the report of one fleet in every format and return the exit status."""
    catalogue = Catalogue()
    started = time.process_time()
    report = build.report(diagnoses, "2026-11-24T12:00:00Z", "1.0.0")
    print(f"{name}: {len(diagnoses)} VMs\n  {'build':6} {time.process_time() - started:6.2f} s")
    sizes = {}
    with tempfile.TemporaryDirectory() as folder:
        for form, render in kms_report.RENDERERS.items():
            before = time.process_time()
            path = pathlib.Path(folder) / f"kms-report.{form}"
            _files.write_atomically(path, render(report, catalogue))
            sizes[form] = path.stat().st_size
            print(f"  {form:6} {time.process_time() - before:6.2f} s  {sizes[form] / 1000:8.0f} kB")
    total = time.process_time() - started
    print(f"  {'total':6} {total:6.2f} s")
    return int(any(sizes[form] > most for form, most in most_bytes(name).items()) or total > MOST_SECONDS)


def most_bytes(name: str) -> dict[str, int]:
    """Return how large the files of a fleet may be."""
    return MOST_BYTES if name != fleet.EXTREME else {**MOST_BYTES, "html": 1_600_000}


if __name__ == "__main__":
    sys.exit(main())
