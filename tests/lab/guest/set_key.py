# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a simulated guest does when the collection's script set_key runs on it."""

from __future__ import annotations

import typing as t

from tests.lab.guest import licensing
from tests.lab.guest.steps import Steps
from tests.lab.world.model import Tree


def change(steps: Steps, parameters: t.Mapping[str, t.Any]) -> Tree:
    """Install the key and look at the licences again."""
    computer, key = steps.computer, str(parameters.get("ProductKey") or "")

    def install() -> None:
        licensing.service(computer)
        licensing.install_product_key(computer, key)

    if not steps.constrained and steps.run("install", "InstallProductKey", install):
        steps.run("refresh", "RefreshLicenseStatus", lambda: licensing.refresh(computer))
    return steps.answer()
