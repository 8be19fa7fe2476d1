# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure's network as its documents describe it, by brute force and with nothing of the collection in it.

The tests compare the collection with these models over random networks. Each rule has its document beside it.
"""
