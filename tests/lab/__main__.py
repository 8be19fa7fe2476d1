# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m tests.lab`."""

from __future__ import annotations

import sys

from tests.lab import cli

sys.exit(cli.main(sys.argv[1:]))
