# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What gather_subset asks for."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import subset
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import SECTIONS

MIN = ("os", "domain", "license", "kms_settings")


def without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in SECTIONS if name not in names)


@pytest.mark.parametrize(
    ("names", "sections"),
    [
        (["all"], SECTIONS),
        ([], SECTIONS),
        (["!events"], without("events")),
        (["all", "!events", "!imds"], without("events", "imds")),
        (["min"], MIN),
        (["!all"], MIN),
        (["services"], ("os", "domain", "license", "kms_settings", "services")),
        (["services", "!min"], ("services",)),
        (["!all", "!min", "events"], ("os", "license", "events")),
        (["!min", "connectivity"], ("os", "domain", "license", "kms_settings", "imds", "dns", "connectivity")),
        (["!min", "connectivity", "!dns"], ("connectivity",)),
        (["!min", "connectivity", "!imds"], ("os", "domain", "license", "kms_settings", "dns", "connectivity")),
        (["!min", "attestation"], ("os", "attestation")),
    ],
)
def test_sections(names: list[str], sections: tuple[str, ...]) -> None:
    assert subset.resolve(names) == sections


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["evnts"], ["gather_subset", "'evnts'", "did you mean 'events'?", "attestation", "min"]),
        (["!licence"], ["'!licence'", "did you mean 'license'?"]),
        (["all", ""], ["unknown name ''"]),
        (["all", "!!os"], ["unknown name '!!os'"]),
        (["!all", "!min"], ["!all, !min leaves nothing to gather"]),
        (["os", "!os", "!min"], ["leaves nothing to gather"]),
    ],
)
def test_a_mistake_gets_one_clear_message(names: list[str], told: list[str]) -> None:
    with pytest.raises(subset.SubsetError) as caught:
        subset.resolve(names)
    assert [part for part in told if part not in str(caught.value)] == []
