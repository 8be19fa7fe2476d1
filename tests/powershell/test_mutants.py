# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mutant of a script is a script: one that PowerShell cannot read would die without a test that notices."""

from __future__ import annotations

import json

from tests.mutants import choose, model, powershell
from tests.powershell.engine import Engine

_PARSE = """
$bad = @($Texts | Where-Object {
    $errors = $null
    $null = [System.Management.Automation.Language.Parser]::ParseInput($_, [ref]$null, [ref]$errors)
    $errors.Count
})
ConvertTo-Json -InputObject @($bad) -Compress
"""


def test_every_kind_of_mutant_can_be_read() -> None:
    drawn = choose.choose(7, 60, ["scripts"])
    kinds = {mutant.operator for path in model.files("scripts") for mutant in powershell.mutants(path)}
    assert {mutant.operator for mutant in drawn} == kinds
    engine = Engine()
    try:
        answer = engine.run(script=_PARSE, variables={"Texts": [mutant.text() for mutant in drawn]})
    finally:
        engine.close()
    unreadable = json.loads(answer["output"][0])
    assert [mutant.lines() for mutant in drawn if mutant.text() in unreadable] == []
