# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Join the reports of many simulated slices in a process of its own and print what it costs: python -m tests.bench.join [SLICES [VMS]]."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import typing as t

from tests.tools import tree

sys.path.insert(0, str(tree.TREE))

from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, written
from tests.bench import fleet

# Whatever the fleet: memory of the process, and the page that people open.
MOST_MEMORY = 500_000_000
MOST_PAGE = 5_000_000
NOW = "2026-11-24T12:00:00Z"


def slices(folder: pathlib.Path, count: int, vms: int) -> t.Iterator[str]:
    """Write the reports of slices, each with names and route tables of its own, and give the names of its VMs."""
    text = written.as_json(build.report(fleet.diagnoses(vms, healthy_percent=80), NOW, "1.0.0"))
    for number in range(count):
        place = folder / f"job-{number}" / "kms-report.json"
        place.parent.mkdir(parents=True)
        own = text.replace("vm-", f"s{number:03}-vm-").replace("/rt-", f"/rt-s{number:03}-")
        place.write_text(own, "utf-8")
        yield from (f"s{number:03}-{vm['name']}" for vm in fleet.diagnoses(vms, healthy_percent=80))


def join(folder: pathlib.Path, expected: pathlib.Path) -> dict[str, t.Any]:
    """Join what lies in a folder, as the playbook does, in this process; returns its costs."""
    from tests.unit.plugins.action import test_kms_report  # noqa: PLC0415 (only here is an action needed)

    before = time.process_time()
    names = json.loads(expected.read_text("utf-8"))
    result = test_kms_report.run(folder / "joined", merge=[str(folder)], expected_hosts=names)
    paths = result["report"]["paths"]
    return {
        "seconds": round(time.process_time() - before, 1),
        "memory": _peak(),
        "summary": result["report"]["summary"],
        "bytes": {form: pathlib.Path(path).stat().st_size for form, path in paths.items()},
    }


def _peak() -> int:
    """Return the most memory this process has had, in bytes; what getrusage tells begins with that of the process it was forked from."""
    status = pathlib.Path("/proc/self/status").read_text("ascii")
    return 1024 * int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.M)[1])  # type: ignore[index]


def measured(folder: pathlib.Path, names: list[str]) -> dict[str, t.Any]:
    """Return the costs of joining what lies in a folder, in a process of its own."""
    expected = folder / "expected.txt"
    expected.write_text(json.dumps(names), "utf-8")
    command = [sys.executable, "-m", "tests.bench.join", "--child", str(folder), str(expected)]
    done = subprocess.run(command, cwd=tree.ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return t.cast("dict[str, t.Any]", json.loads(done.stdout))


def main() -> int:
    """Print the costs; exit status 1 when memory or page are larger than they may be."""
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(join(*map(pathlib.Path, sys.argv[2:4]))))
        return 0
    count, vms = (int(given) for given in (*sys.argv[1:3], *("100", "1000")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        names = list(slices(folder, count, vms))
        costs = measured(folder, names)
    print(f"{count} slices of {vms} VMs, {costs['summary']['hosts']} in the report")
    print(f"  memory {costs['memory'] / 1e6:6.0f} MB\n  CPU    {costs['seconds']:6.1f} s")
    for form, size in costs["bytes"].items():
        print(f"  {form:6} {size / 1000:6.0f} kB")
    return int(costs["memory"] > MOST_MEMORY or costs["bytes"]["html"] > MOST_PAGE)


if __name__ == "__main__":
    sys.exit(main())
