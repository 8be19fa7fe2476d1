# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`gather_subset` to the sections the probe is asked for."""

from __future__ import annotations

import difflib
import typing as t

from .evidence import SECTIONS

ALL, MIN = "all", "min"
MINIMUM = ("os", "domain", "license", "kms_settings")

# What must be read as well for a section to mean something: the release, the VM's cloud, the configured host.
NEEDS: t.Mapping[str, tuple[str, ...]] = {
    "license": ("os",),
    "kms_settings": ("license",),
    "events": ("license",),
    "firewall": ("imds",),
    "attestation": ("os",),
    "dns": ("domain", "license", "kms_settings", "imds"),
    "connectivity": ("dns",),
}


class SubsetError(ValueError):
    """A `gather_subset` that names nothing known or leaves nothing."""


def resolve(names: t.Sequence[str]) -> tuple[str, ...]:
    """Return the sections to gather, in their usual order.

    As in `ansible.builtin.setup`: `min` always comes along unless `!min` is given, `!name` leaves out, only exclusions
    start from all. What a section needs comes along unless it is excluded by name. Raises SubsetError.
    """
    for name in names:
        _check(name)
    wanted = [name for name in names if not name.startswith("!")]
    excluded = {name[1:] for name in names if name.startswith("!")}
    chosen = set(MINIMUM) if MIN not in excluded else set()
    if ALL in wanted or (not wanted and ALL not in excluded):
        chosen |= set(SECTIONS) if ALL not in excluded else set()
        chosen -= set(MINIMUM) if MIN in excluded else set()
    chosen |= {name for name in wanted if name in SECTIONS}
    chosen |= set(MINIMUM) if MIN in wanted else set()
    chosen -= excluded
    while missing := {need for name in chosen for need in NEEDS.get(name, ()) if need not in chosen | excluded}:
        chosen |= missing
    if not chosen:
        raise SubsetError(f"gather_subset: {', '.join(names)} leaves nothing to gather")
    return tuple(name for name in SECTIONS if name in chosen)


def _check(name: str) -> None:
    valid = (ALL, MIN, *SECTIONS)
    bare = name.removeprefix("!")
    if bare in valid:
        return
    near = difflib.get_close_matches(bare, valid, 1)
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    raise SubsetError(
        f"gather_subset: unknown name '{name[:60]}'{hint}; valid names, each also with a leading '!': {', '.join(valid)}"
    )
