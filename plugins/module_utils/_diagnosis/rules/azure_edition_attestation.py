# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Edition: KMS is fine, but Windows cannot prove to itself that it runs in Azure."""

from __future__ import annotations

import fnmatch

from ..._guest.evidence import Address, Proxy
from ..._text import texts
from .. import sources
from ..model import Fact, Finding
from ..rule import GUEST_ADMIN, NETWORK_TEAM, Rule, finding, remedy, steps
from ..view import View

ID = "azure-edition-attestation"
TEXTS = texts(
    ID,
    {
        "chain": "Azure Edition cannot verify that it runs in Azure because the certificate {issuer} is missing. Install it or let the guest download it.",
        "imds": (
            "Azure Edition cannot verify that it runs in Azure because the instance metadata service ({status}) does not "
            "answer. Let the guest reach 169.254.169.254."
        ),
        "error": "Azure Edition may not be able to verify that it runs in Azure ({status}). Check the attested document.",
        "proxy": (
            "Azure Edition may ask the instance metadata service through the proxy {proxy}, which has no bypass for it. Add "
            "169.254.169.254 to the bypass list."
        ),
        "unnamed": "of an issuer",
        "unreachable": "attested document unreachable",
    },
)
STEPS = steps(
    ID,
    {
        "bypass": (
            "Add the metadata service to the bypass list (keep what is in it)",
            'netsh winhttp set proxy proxy-server="{proxy}" bypass-list="{bypass}"',
        ),
        "source": (
            "Let Windows send from its first address and not from {address}, as the metadata service answers the first one only",
            "Set-NetIPAddress -IPAddress {address} -SkipAsSource $true",
        ),
        "direct": "Let the guest reach 169.254.169.254 without a proxy (check host routes, the proxy bypass list and appliances that intercept it)",
        "download": "Allow the guest to reach these hosts on TCP 80: {names}",
        "certificate": "Install the missing intermediate certificate instead, from https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details",
        "update": "Install the current cumulative update (KB5036909 or later)",
        "verify": ("Let Azure Edition verify again, then sign out or restart", "fclip.exe"),
        "leave": "Leave the KMS settings as they are, because KMS is not the cause",
    },
)
_METADATA = "169.254.169.254"
_SELF = ("127.", "169.254.")
_DOWNLOADS = "cacerts.digicert.com, caissuers.microsoft.com, www.microsoft.com, crl3.digicert.com, crl4.digicert.com, ocsp.digicert.com, oneocsp.microsoft.com"


def check(view: View) -> Finding | None:
    """Judge the certificate chain of the attested document, and without it the metadata service."""
    attestation, imds = view.guest.attestation, view.guest.imds
    status = attestation.status if attestation is not None else None
    evidence = []
    if imds is not None:
        evidence.append(Fact("imds", imds.status, "imds", expected="ok"))
    if attestation is not None:
        seen = {
            "status": status,
            "signer": attestation.signer,
            "missing_issuer": attestation.missing_issuer,
            "chain": list(attestation.chain_status),
        }
        evidence.append(Fact("attestation", seen, "attested_document", expected="ok"))
    proxy = view.guest.proxy
    if proxy is not None and proxy.winhttp:
        evidence.append(Fact("proxy", proxy.winhttp, "registry"))
    others = _other_sources(view)
    evidence += [Fact("address", item.address, "addresses", item.interface or "") for item in others]
    if attestation is not None and status == "chain-incomplete":
        return _found(view, "chain", evidence, "certain", issuer=attestation.missing_issuer or TEXTS["unnamed"])
    silent = imds is not None and imds.status != "ok"
    if status == "unreachable" or (silent and status != "ok"):
        told = imds.status if imds is not None and silent else TEXTS["unreachable"]
        return _found(
            view, "imds", evidence, "certain" if silent and status == "unreachable" else "likely", status=told
        )
    if status not in {None, "ok", "not-applicable"}:
        return _found(view, "error", evidence, "possible", status=str(status))
    if proxy is not None and proxy.winhttp and not _bypassed(proxy):
        return _found(view, "proxy", evidence, "possible", proxy=proxy.winhttp)
    return None


def _bypassed(proxy: Proxy) -> bool:
    """Say whether the bypass list names the metadata service; <local> stands for names without a dot."""
    return any(fnmatch.fnmatchcase(_METADATA, item.strip().casefold()) for item in proxy.bypass)


def _other_sources(view: View) -> list[Address]:
    """Return the addresses set by hand beside Azure's own, which Windows may take as source; none where there is but one."""
    usable = [
        item for item in view.guest.addresses or () if not item.skip_as_source and not item.address.startswith(_SELF)
    ]
    by_hand = [item for item in usable if item.origin != "Dhcp"]
    return by_hand if len(usable) > len(by_hand) else by_hand[1:]


def _found(view: View, key: str, evidence: list[Fact], confidence: str, **parts: str) -> Finding:
    proxy, first = view.guest.proxy, []
    if proxy is not None and proxy.winhttp and not _bypassed(proxy):
        listed = ";".join((*proxy.bypass, _METADATA))
        first.append(STEPS["bypass"].format(proxy=proxy.winhttp, bypass=listed))
    if key == "imds":
        first += [STEPS["source"].format(address=item.address) for item in _other_sources(view)]
    return finding(
        ID,
        TEXTS[key].format(**parts),
        severity="warning" if key in {"error", "proxy"} else "error",
        confidence=confidence,
        evidence=evidence,
        remedy=[
            remedy(NETWORK_TEAM, STEPS["direct"], STEPS["download"].format(names=_DOWNLOADS)),
            remedy(GUEST_ADMIN, *first, STEPS["certificate"], STEPS["update"], STEPS["verify"], STEPS["leave"]),
        ],
    )


def applies(view: View) -> bool:
    """Only Azure Edition verifies this."""
    return view.guest.os is not None and view.guest.os.azure_edition


RULE = Rule(
    id=ID,
    name="Azure Edition attestation",
    place=230,
    why="Matters where KMS is fine; a KMS cause is fixed first.",
    subject="Azure Edition's proof of running in Azure",
    needs=("os", "attestation"),
    check=check,
    texts=TEXTS,
    steps=STEPS,
    severities=("error", "warning"),
    alike=("no-outbound-path", "clock-skew"),
    sources=(
        sources.Source(
            "Activation watermark still appears (2024-05-21)",
            "https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/activation-watermark-appears",
        ),
        sources.Source(
            "Azure certificate authority details",
            "https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details",
        ),
    ),
    root_severities=("error", "warning"),
    outlives_license=True,
    applies=applies,
)
