# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is documented to help against codes whose finding has no steps of its own: names of steps, which the judgement words.

Rows are (code, source keys of `error_codes.SOURCES`, steps in order). Read 2026-11-23. Codes of the clock, the key's kind, the token
store and the licensing service have findings that hold their remedy.
"""

from __future__ import annotations

# fmt: off
ROWS: tuple[tuple[str, str, str], ...] = (
    ("0xC004F074", "EC AZ SL", "way test clock"),
    ("0x8007139F", "SA26 W32 SEED", "clear_host set_host way restart_service test"),
    ("0xC0020017", "SA26", "clear_host set_host way restart_service test"),
    ("0x800706BA", "EC W32", "way test record"),
    ("0x800706BB", "W32", "busy"),
    ("0x800705B4", "AZ ASS W32", "resolver way test"),
    ("0x8007232B", "EC SA26 W32", "set_host resolver"),
    ("0x8007251D", "EC W32", "set_host resolver"),
    ("0x8007232A", "EC W32", "forwarder"),
    ("0x8007267C", "EC W32", "nic_dns"),
    ("0x8007007B", "EC W32", "clear_host set_host key"),
    ("0xC004F042", "SA26 EC SL", "own_kms clear_host set_host key"),
    ("0xC004F041", "EC SL", "own_kms clear_host set_host"),
    ("0xC004F038", "EC SL", "own_kms clear_host set_host"),
    ("0xC004F034", "SL EC", "licence_files key"),
    ("0xC004F050", "EC SA26 SL", "key licence_files"),
    ("0xC004F069", "EC SL", "key licence_files"),
    ("0xC004F035", "EC SL", "key image_licence"),
    ("0xC004F056", "SL", "key licence_files"),
    ("0x80070490", "SA26 EC W32", "settings key licence_files"),
    ("0xC004FD01", "AZ ASS", "key set_host"),
    ("0xC004FD02", "AZ ASS", "key set_host"),
    ("0xC004C008", "EC", "key licence_files"),
    ("0xC004C020", "EC", "key licence_files"),
    ("0xC004D302", "EC SL", "restart"),
    ("0xC004D307", "EC SL", "new_image"),
    ("0xC004D401", "EC SL", "system_files component_store restart"),
    ("0xC004E028", "SL", "busy"),
    ("0xC004F075", "SL", "busy"),
    ("0xC004F00F", "EC", "restart"),
    ("0x8004FE21", "EC", "system_files restore"),
    ("0x80072EE2", "WH EC", "online key"),
    ("0x80072F8F", "WH", "clock online"),
)
# fmt: on
