# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A second fleet: another cloud, other editions, languages and codes, and values in odd but legal forms."""

from __future__ import annotations

import pathlib

import pytest

from tests.end_to_end.lab import expect, serving

FABRIKAM = "tests/lab/worlds/fabrikam.yml"


@pytest.mark.parametrize("auth", ["basic-tls", "ntlm-http"])
def test_every_guest_has_the_expected_root_cause(tmp_path: pathlib.Path, auth: str) -> None:
    with serving(FABRIKAM, tmp_path / "lab", auth=auth) as lab:
        run = lab.play(tmp_path)
    assert run.status == 0, run.output
    assert "Traceback" not in run.output
    compared = expect(FABRIKAM, run.path)
    assert compared.returncode == 0, compared.stdout
