# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook over the whole fleet of contoso, on real connections."""

from __future__ import annotations

import collections
import json
import pathlib
import re

import jsonschema
import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import written
from tests.end_to_end.lab import CONTOSO, Lab, Run, expect, serving
from tests.tools import english, tree

PRODUCT_KEY = re.compile(r"\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){4}\b")
# Every guest that answers; the others are cut off before or while they are asked.
UNREACHABLE = "guest-unreachable"

pytestmark = pytest.mark.xdist_group("contoso")


def test_every_guest_has_the_expected_root_cause(diagnosed: Run) -> None:
    assert diagnosed.status == 0, diagnosed.output
    compared = expect(CONTOSO, diagnosed.path)
    assert compared.returncode == 0, compared.stdout


def test_report_follows_its_schema(diagnosed: Run) -> None:
    schema = json.loads((tree.ROOT / "docs" / "kms_report.schema.json").read_text("utf-8"))
    jsonschema.validate(diagnosed.report, schema)


def test_nothing_of_ours_stays_english_in_a_japanese_report(diagnosed: Run) -> None:
    assert english.left(written.parse(diagnosed.path.read_text("utf-8"))) == []


def test_table_names_every_root_cause_and_the_report(diagnosed: Run) -> None:
    assert diagnosed.report is not None
    summary = diagnosed.report["summary"]
    for host in diagnosed.report["hosts"]:
        if host["state"] == "activated":
            assert re.search(rf"^ok  {re.escape(host['name'])} ", diagnosed.output, re.M)
        else:
            assert re.search(rf"^(ERROR|WARNING|INFO|UNKNOWN)  {host['root_cause']['id']}: ", diagnosed.output, re.M)
    tally = f"{summary['hosts']} VMs: {summary['activated']} activated, {summary['attention']} need"
    assert tally in diagnosed.output
    assert f"Report: {diagnosed.path.with_suffix('.html')} (also .json, .md, .prom)" in diagnosed.output


def test_one_powershell_run_for_each_host(contoso: Lab, diagnosed: Run, tmp_path: pathlib.Path) -> None:
    before = len(contoso.requests())
    again = contoso.play(tmp_path)
    assert again.root_causes == diagnosed.root_causes
    runs = collections.Counter(
        request["guest"] for request in contoso.requests()[before:] if request["event"] in ("script", "module")
    )
    answered = {name for name, cause in diagnosed.root_causes.items() if cause != UNREACHABLE}
    assert answered
    assert {name: runs[name] for name in answered} == dict.fromkeys(answered, 1)


def test_nothing_secret_is_printed_or_kept(diagnosed: Run) -> None:
    probe = (tree.ROOT / "plugins" / "plugin_utils" / "_powershell" / "probe.ps1").read_text("utf-8")
    lines = [line.strip() for line in probe.splitlines() if len(line.strip()) > 40 and not line.strip().startswith("#")]
    assert lines
    assert [line for line in lines if line in diagnosed.output] == []
    assert not PRODUCT_KEY.search(diagnosed.output)
    assert not PRODUCT_KEY.search(diagnosed.path.read_text("utf-8"))


def test_check_mode_says_the_same(contoso: Lab, diagnosed: Run, tmp_path: pathlib.Path) -> None:
    checked = contoso.play(tmp_path, "--check", "--diff")
    assert checked.status == 0, checked.output
    assert checked.root_causes == diagnosed.root_causes


def test_ntlm_over_http_says_the_same(diagnosed: Run, tmp_path: pathlib.Path) -> None:
    with serving(CONTOSO, tmp_path / "lab", auth="ntlm-http") as lab:
        other = lab.play(tmp_path)
    assert other.status == 0, other.output
    assert other.root_causes == diagnosed.root_causes
    assert expect(CONTOSO, other.path).returncode == 0
