# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Edition: KMS is fine, but Windows cannot prove to itself that it runs in Azure."""

from __future__ import annotations

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
        "unnamed": "of an issuer",
        "unreachable": "attested document unreachable",
    },
)
STEPS = steps(
    ID,
    {
        "direct": "Let the guest reach 169.254.169.254 without a proxy (check host routes, the proxy bypass list and appliances that intercept it)",
        "download": "Allow the guest to reach these hosts on TCP 80: {names}",
        "certificate": "Install the missing intermediate certificate instead, from https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details",
        "update": "Install the current cumulative update (KB5036909 or later)",
        "verify": ("Let Azure Edition verify again, then sign out or restart", "fclip.exe"),
        "leave": "Leave the KMS settings as they are, because KMS is not the cause",
    },
)
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
    if attestation is not None and status == "chain-incomplete":
        return _found("chain", evidence, "certain", issuer=attestation.missing_issuer or TEXTS["unnamed"])
    silent = imds is not None and imds.status != "ok"
    if status == "unreachable" or (silent and status != "ok"):
        told = imds.status if imds is not None and silent else TEXTS["unreachable"]
        return _found("imds", evidence, "certain" if silent and status == "unreachable" else "likely", status=told)
    if status not in {None, "ok", "not-applicable"}:
        return _found("error", evidence, "possible", status=str(status))
    return None


def _found(key: str, evidence: list[Fact], confidence: str, **parts: str) -> Finding:
    return finding(
        ID,
        TEXTS[key].format(**parts),
        severity="warning" if key == "error" else "error",
        confidence=confidence,
        evidence=evidence,
        remedy=[
            remedy(NETWORK_TEAM, STEPS["direct"], STEPS["download"].format(names=_DOWNLOADS)),
            remedy(GUEST_ADMIN, STEPS["certificate"], STEPS["update"], STEPS["verify"], STEPS["leave"]),
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
    outlives_license=True,
    applies=applies,
)
