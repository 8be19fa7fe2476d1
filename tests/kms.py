# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS endpoints that the collection expects, for tests that ask what it does with them.

Whether they are the right ones is asked in one place, against Azure's documents: `_reference/test_endpoints.py`.
"""

from __future__ import annotations

from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints

CLOUDS = {cloud.cli_name: cloud for cloud in endpoints.CLOUDS.values()}
PUBLIC = CLOUDS["AzureCloud"]
NAMES = list(PUBLIC.names)
ADDRESSES = list(PUBLIC.addresses)
