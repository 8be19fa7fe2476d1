# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Edition: KMS is fine, but Windows cannot prove to itself that it runs in Azure."""

from __future__ import annotations

from ..._text import texts
from ..model import Fact, Finding
from ..rule import GUEST_ADMIN, NETWORK_TEAM, Rule, finding, remedy
from ..view import View

ID = "azure-edition-attestation"
TEXTS = texts(
    ID,
    {
        "chain": "Azure Edition cannot verify that it runs in Azure because the certificate {issuer} is missing, install it or let the guest download it.",
        "imds": (
            "Azure Edition cannot verify that it runs in Azure because the instance metadata service ({status}) does "
            "not answer, open 169.254.169.254 to the guest."
        ),
        "error": "Azure Edition may not be able to verify that it runs in Azure, check the attested document: {status}.",
        "unnamed": "of an issuer",
        "unreachable": "attested document unreachable",
    },
)
STEPS = texts(
    f"{ID}.step",
    {
        "direct": "Let the guest reach 169.254.169.254 without a proxy: host route, proxy bypass, appliances that catch it",
        "download": "Let the guest reach on TCP 80: {names}",
        "certificate": "Or install the missing intermediate certificate from https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details",
        "update": "Install the current cumulative update (KB5036909 or later), run fclip.exe, then sign out or restart",
        "leave": "Leave the KMS settings as they are: KMS is not the cause",
    },
)
_DOWNLOADS = "cacerts.digicert.com, caissuers.microsoft.com, www.microsoft.com, crl3.digicert.com, crl4.digicert.com, ocsp.digicert.com, oneocsp.microsoft.com"


def check(view: View) -> Finding | None:
    """Judge the certificate chain of the attested document, and without it the metadata service."""
    attestation, imds = view.guest.attestation, view.guest.imds
    status = attestation.status if attestation is not None else None
    facts = []
    if imds is not None:
        facts.append(Fact("instance metadata service", imds.status, "http://169.254.169.254/metadata/instance", "ok"))
    if attestation is not None:
        facts.append(
            Fact(
                "attested document",
                {
                    "status": status,
                    "signer": attestation.signer,
                    "missing": attestation.missing_issuer,
                    "chain": list(attestation.chain_status),
                },
                "http://169.254.169.254/metadata/attested/document",
                "ok",
            )
        )
    proxy = view.guest.proxy
    if proxy is not None and proxy.winhttp:
        facts.append(Fact("WinHTTP proxy", proxy.winhttp, "registry WinHttpSettings", "bypass for 169.254.169.254"))
    if attestation is not None and status == "chain-incomplete":
        return _found("chain", facts, "certain", issuer=attestation.missing_issuer or TEXTS["unnamed"])
    silent = imds is not None and imds.status != "ok"
    if status == "unreachable" or (silent and status != "ok"):
        told = imds.status if imds is not None and silent else TEXTS["unreachable"]
        return _found("imds", facts, "certain" if silent and status == "unreachable" else "likely", status=told)
    if status not in {None, "ok", "not-applicable"}:
        return _found("error", facts, "possible", status=str(status))
    return None


def _found(key: str, facts: list[Fact], confidence: str, **parts: str) -> Finding:
    return finding(
        ID,
        TEXTS[key].format(**parts),
        severity="warning" if key == "error" else "error",
        confidence=confidence,
        evidence=facts,
        remedy=[
            remedy(NETWORK_TEAM, STEPS["direct"], STEPS["download"].format(names=_DOWNLOADS)),
            remedy(GUEST_ADMIN, STEPS["certificate"], STEPS["update"], STEPS["leave"]),
        ],
    )


def applies(view: View) -> bool:
    """Only Azure Edition verifies this."""
    return view.guest.os is not None and view.guest.os.azure_edition


RULE = Rule(ID, "Azure Edition's proof of running in Azure", ("os", "attestation"), check, applies)
