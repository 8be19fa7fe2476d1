# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Activation codes about the way to KMS: network, DNS, HTTPS, the host that answered, the clock.

Rows are (code, symbol, cause class, certainty, source keys of `error_codes.SOURCES`, meaning). Read 2026-11-23.
"""

from __future__ import annotations

# fmt: off
ROWS: tuple[tuple[str, str | None, str, str, str, str], ...] = (
    ("0xC004F074", "SL_E_VL_BINDING_SERVICE_UNAVAILABLE", "network", "doc", "EC AZ SL",
     "No KMS host gave a usable answer: none reachable, or every one tried returned an error. The inner reason is "
     "in event 12288."),
    ("0x8007139F", "ERROR_INVALID_STATE", "network", "doc", "SA26 W32 SEED",
     "Win32 5023. In activation: the licensing service could not complete contact with KMS; event 8198 carries it, "
     "often together with 0xC0020017."),
    ("0xC0020017", "RPC_NT_SERVER_UNAVAILABLE", "network", "doc", "SA26",
     "RPC server unavailable as NTSTATUS; seen in 8198 next to 0x8007139F."),
    ("0x800706BA", "RPC_S_SERVER_UNAVAILABLE", "network", "doc", "EC W32",
     "The RPC endpoint (KMS, TCP 1688) did not answer."),
    ("0x800706BB", "RPC_S_SERVER_TOO_BUSY", "network_transient", "doc", "W32",
     "RPC server refuses because of load."),
    ("0x800706BE", "RPC_S_CALL_FAILED", "network", "doc", "W32",
     "RPC call broke off while running (link cut by a middle box is typical; that reading is unverified)."),
    ("0x800706BF", "RPC_S_CALL_FAILED_DNE", "network", "doc", "W32",
     "RPC call failed and was not executed."),
    ("0x800706D9", "EPT_S_NOT_REGISTERED", "network", "doc", "W32",
     "No endpoint registered; in guest contexts also a stopped firewall service (second half unverified)."),
    ("0x800705B4", "ERROR_TIMEOUT", "network", "doc", "AZ ASS W32",
     "Operation timed out; seen in event 8196 for KMS clients."),
    ("0x800704CF", "ERROR_NETWORK_UNREACHABLE", "network", "doc", "W32",
     "Network location cannot be reached."),
    ("0x800704D0", "ERROR_HOST_UNREACHABLE", "network", "doc", "W32",
     "Host cannot be reached."),
    ("0x800704C9", "ERROR_CONNECTION_REFUSED", "network", "doc", "W32",
     "Remote side refused the connection (wrong host or a device that sends RST)."),
    ("0x8007274C", "WSAETIMEDOUT", "network", "doc", "W32",
     "Socket connect timed out."),
    ("0x8007232B", "DNS_ERROR_RCODE_NAME_ERROR", "dns", "doc", "EC SA26 W32",
     "DNS name does not exist: no KMS host configured, so SRV discovery was tried and failed, or the host name is "
     "wrong."),
    ("0x8007251D", "DNS_INFO_NO_RECORDS", "dns", "doc", "EC W32",
     "DNS answered, without the SRV record _vlmcs._tcp."),
    ("0x80092328", "DNS_E_NAME_NOT_FOUND (unverified)", "dns", "doc", "EC",
     "DNS name does not exist (KMS not found in DNS)."),
    ("0x8007232A", "DNS_ERROR_RCODE_SERVER_FAILURE", "dns", "doc", "EC W32",
     "DNS server failure."),
    ("0x8007267C", "DNS_ERROR_NO_DNS_SERVERS", "dns", "doc", "EC W32",
     "No DNS server configured on the machine."),
    ("0x8007007B", "ERROR_INVALID_NAME", "dns", "doc", "EC W32",
     "Name syntax wrong; in activation: KMS name not found in DNS or configured with bad characters."),
    ("0x80072558", "DNS_ERROR_INVALID_NAME_CHAR", "dns", "doc", "W32",
     "Invalid character in a DNS name."),
    ("0x80072338", "DNS_ERROR_RCODE_BADSIG", "kms_host_side", "doc", "EC W32",
     "DNS signature failed; seen on KMS hosts in event 12293 when publishing SRV."),
    ("0xC004F042", "SL_E_VL_KEY_MANAGEMENT_SERVICE_ID_MISMATCH", "wrong_kms_host", "doc", "SA26 EC SL",
     "The KMS host that answered cannot serve this product (host lacks the key group, or the client still points "
     "at an old on-premises host)."),
    ("0xC004F041", "SL_E_VL_KEY_MANAGEMENT_SERVICE_NOT_ACTIVATED", "wrong_kms_host", "doc", "EC SL",
     "The KMS host itself is not activated."),
    ("0xC004F039", "SL_E_VL_KEY_MANAGEMENT_SERVICE_NOT_ENABLED (unverified)", "wrong_kms_host", "doc", "EC",
     "KMS not enabled at the host, or no answer on 1688."),
    ("0xC004F038", "SL_E_VL_NOT_ENOUGH_COUNT", "wrong_kms_host", "doc", "EC SL",
     "Host count below the threshold (5 servers / 25 clients)."),
    ("0xC004F040", None, "wrong_kms_host", "unverified", "EC",
     "Documented with KMS host / product problems (details not re-read)."),
    ("0xC004F06C", "SL_E_VL_INVALID_TIMESTAMP", "clock", "doc", "EC AZ SL",
     "Client and KMS clocks differ by more than the allowed 4 hours (compared in UTC; the time zone does not "
     "matter)."),
    ("0x8004D102", None, "clock", "header", "SL",
     "System time inconsistent with the trusted store time."),
    ("0xC004F015", "SL_E_PRODUCT_SKU_NOT_INSTALLED", "kms_host_side", "doc", "EC SA26 SL",
     "License for the key is not installed (classic: Windows 10 host key on an old KMS host)."),
    ("0xC004F06B", None, "kms_host_side", "header", "SL",
     "KMS host not supported in this virtual machine."),
    ("0x80072EE2", "ERROR_WINHTTP_TIMEOUT", "https_path", "doc", "WH EC",
     "HTTPS time-out. Belongs to online activation / genuine validation, not to the KMS exchange."),
    ("0x80072EE7", "ERROR_WINHTTP_NAME_NOT_RESOLVED", "https_path", "doc", "WH",
     "HTTPS host name not resolved; also seen as hr in 8198 samples."),
    ("0x80072EFD", "ERROR_WINHTTP_CANNOT_CONNECT", "https_path", "doc", "WH",
     "HTTPS connect failed."),
    ("0x80072F78", "ERROR_WINHTTP_INVALID_SERVER_RESPONSE", "https_path", "doc", "WH",
     "HTTPS answer could not be parsed (proxy)."),
    ("0x80072F8F", "ERROR_WINHTTP_SECURE_FAILURE", "https_path", "doc", "WH",
     "TLS certificate error (also wrong clock)."),
)
# fmt: on
