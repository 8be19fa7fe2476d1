# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metrics are what node_exporter's textfile collector reads."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, prometheus
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side

NOW = "2026-11-24T08:00:00Z"
SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?\d+)')


def read(text: str) -> dict[tuple[str, str], int]:
    """Return the samples of a text; fails on a line that is none, on a family without its type, and on a sample given twice."""
    found: dict[tuple[str, str], int] = {}
    typed: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2])
        elif not line.startswith("# HELP "):
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            assert sample[1] in typed
            assert (sample[1], sample[2] or "") not in found
            found[sample[1], sample[2] or ""] = int(sample[3])
    assert text.endswith("\n")
    return found


def render(*diagnoses: t.Any, expected: t.Sequence[str] = ()) -> dict[tuple[str, str], int]:
    report = build.report(diagnoses, NOW, "1.0.0", build.Beside(expected=tuple(expected)))
    return read(prometheus.render(report))


def test_fleet() -> None:
    samples = render(
        diagnosis("web01", ACTIVATED, licensed=True, expires_at="2026-11-24T09:00:00Z"),
        diagnosis("app01", WRONG_HOST),
        diagnosis("dead01", UNREACHABLE, licensed=None, guest=side("unreachable")),
        expected=["lost01"],
    )
    assert samples == {
        ("kms_report_timestamp_seconds", ""): 1795507200,
        ("kms_hosts", 'state="activated"'): 1,
        ("kms_hosts", 'state="attention"'): 1,
        ("kms_hosts", 'state="unknown"'): 2,
        ("kms_licensed", 'host="web01"'): 1,
        ("kms_licensed", 'host="app01"'): 0,
        ("kms_grace_seconds", 'host="web01"'): 3600,
        (
            "kms_root_cause",
            'host="app01",id="wrong-kms-host",severity="error",confidence="certain",state="attention"',
        ): 1,
        (
            "kms_root_cause",
            'host="dead01",id="guest-unreachable",severity="error",confidence="certain",state="unknown"',
        ): 1,
        ("kms_root_cause", 'host="web01",id="activated",severity="info",confidence="certain",state="activated"'): 1,
        ("kms_unanswered", 'host="lost01"'): 1,
    }


@pytest.mark.parametrize("name", ['a"b', "a\\b", 'x"} 1\nkms_licensed{host="y', "\u202eabc", "日本", "\udcff"])
def test_labels_are_escaped(name: str) -> None:
    samples = render(diagnosis(name, ACTIVATED, licensed=True))
    assert [value for (family, _labels), value in samples.items() if family == "kms_licensed"] == [1]


def test_names_that_are_alike_once_they_are_cut_stay_two_samples() -> None:
    samples = render(*(diagnosis("x" * 10_000 + end, ACTIVATED, licensed=True) for end in "ab"))
    assert len([family for family, _labels in samples if family == "kms_licensed"]) == 2
