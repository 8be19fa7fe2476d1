# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Activation codes about the guest: token store, permissions, services, system files.

Rows are (code, symbol, cause class, certainty, source keys of `error_codes.SOURCES`, meaning). Read 2026-11-23.
"""

from __future__ import annotations

# fmt: off
ROWS: tuple[tuple[str, str | None, str, str, str, str], ...] = (
    ("0xC004F034", "SL_E_EUL_NOT_AVAILABLE", "token_store", "doc", "SL EC",
     "License not found or invalid."),
    ("0xC004E015", "SL_E_EUL_CONSUMPTION_FAILED", "token_store", "doc", "AZ SEED ASS",
     "Licence consumption failed; token store (tokens.dat) damaged."),
    ("0xC004E002", "SL_E_TOKEN_STORE_INVALID_STATE", "token_store", "doc", "AZ SEED SL",
     "Token store file in a bad state: damaged or with wrong ACL."),
    ("0xC004D301", "SL_REMAPPING_SP_PUB_TS_TAMPERED", "token_store", "header", "SEED SL",
     "Trusted store was tampered with."),
    ("0xC004D303", None, "token_store", "header", "SL",
     "Trusted store was created anew."),
    ("0xC004D309", None, "token_store", "header", "SL",
     "Hardware binding of trusted store changed."),
    ("0xC004D401", None, "system_files", "doc", "EC SL",
     "System file signature mismatch (D402 alike)."),
    ("0xC004D501", None, "token_store", "header", "SL",
     "Kernel-mode licensing data mismatch."),
    ("0xC004E022", None, "token_store", "header", "SL",
     "Secure store id mismatch."),
    ("0xC004E028", None, "service_busy", "header", "SL",
     "Another activation is running."),
    ("0x8004E101", None, "token_store", "header", "SL",
     "Token store file missing or unreadable family 0x8004E101 to 0x8004E10E."),
    ("0x80070005", "ERROR_ACCESS_DENIED", "permissions", "doc", "EC ASS W32",
     "Access denied: not elevated; on domain members also missing COM access rights of SELF (event 8229), or "
     "registry / SPP folder ACL damaged."),
    ("0xC004F025", None, "permissions", "doc", "EC",
     "Access denied: elevation needed."),
    ("0x8007000D", "ERROR_INVALID_DATA", "permissions", "doc", "SA26 W32",
     "Invalid data; documented cause: SYSTEM lacks rights on HKLM SYSTEM CurrentControlSet Enum Root."),
    ("0xC0000022", "STATUS_ACCESS_DENIED", "permissions", "doc", "NT",
     "Access denied, as NTSTATUS: the process lacks rights on a file, a registry key or an object."),
    ("0xC0000061", "STATUS_PRIVILEGE_NOT_HELD", "permissions", "doc", "NT",
     "A privilege that is needed is not held, as NTSTATUS."),
    ("0xC0000034", "STATUS_OBJECT_NAME_NOT_FOUND", "system_files", "doc", "NT",
     "A file or registry key does not exist, as NTSTATUS."),
    ("0xC000003A", "STATUS_OBJECT_PATH_NOT_FOUND", "system_files", "doc", "NT",
     "A folder does not exist, as NTSTATUS."),
    ("0xC0000043", "STATUS_SHARING_VIOLATION", "service_busy", "doc", "NT",
     "A file is open in another process, as NTSTATUS."),
    ("0xC00000B5", "STATUS_IO_TIMEOUT", "network", "doc", "NT",
     "An operation got no answer in time, as NTSTATUS."),
    ("0x80070422", "ERROR_SERVICE_DISABLED", "service", "doc", "W32",
     "sppsvc (or a dependency) is disabled."),
    ("0x80070426", "ERROR_SERVICE_NOT_ACTIVE", "service", "doc", "W32",
     "Service not started."),
    ("0x8007041D", "ERROR_SERVICE_REQUEST_TIMEOUT", "service", "doc", "W32",
     "Service did not answer the start request in time."),
    ("0x8007042C", "ERROR_SERVICE_DEPENDENCY_FAIL", "service", "doc", "W32",
     "Dependency (RpcSs) failed to start."),
    ("0x8007042D", "ERROR_SERVICE_LOGON_FAILED", "service", "doc", "W32",
     "Service account logon failed (sppsvc should run as NetworkService)."),
    ("0xC004F075", None, "service", "header", "SL",
     "Operation impossible because the service is stopping."),
    ("0xC004F07B", None, "service", "header", "SL",
     "Operation needs the service to be stopped."),
    ("0xC004FE00", None, "token_store", "unverified", "SL",
     "Listed in some public tables as \"activation required to recover from tampering of trusted store\"."),
)
# fmt: on
