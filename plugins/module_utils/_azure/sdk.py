# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports the Azure SDK: when something of it is used first, as it takes seconds that nobody needs without an identity."""

from __future__ import annotations

import importlib
import traceback
import typing as t

if t.TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.exceptions import AzureError, ClientAuthenticationError, DecodeError
    from azure.core.pipeline import policies as core_policies
    from azure.core.rest import HttpRequest, HttpResponse
    from azure.identity import (
        AzureCliCredential,
        CertificateCredential,
        ClientSecretCredential,
        ManagedIdentityCredential,
        UsernamePasswordCredential,
    )
    from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy, ARMHttpLoggingPolicy
    from azure.mgmt.network import NetworkManagementClient

    # The traceback of the import that failed, None when all of the SDK is there.
    IMPORT_ERROR: str | None

REQUIREMENTS = "azure-identity and azure-mgmt-network 28 or later"
_PLACES = {
    "azure.core": ("PipelineClient",),
    "azure.core.exceptions": ("AzureError", "ClientAuthenticationError", "DecodeError"),
    "azure.core.rest": ("HttpRequest", "HttpResponse"),
    "azure.identity": (
        "AzureCliCredential",
        "CertificateCredential",
        "ClientSecretCredential",
        "ManagedIdentityCredential",
        "UsernamePasswordCredential",
    ),
    "azure.mgmt.core.policies": ("ARMChallengeAuthenticationPolicy", "ARMHttpLoggingPolicy"),
    "azure.mgmt.network": ("NetworkManagementClient",),
}

__all__ = [
    "IMPORT_ERROR",
    "REQUIREMENTS",
    "ARMChallengeAuthenticationPolicy",
    "ARMHttpLoggingPolicy",
    "AzureCliCredential",
    "AzureError",
    "CertificateCredential",
    "ClientAuthenticationError",
    "ClientSecretCredential",
    "DecodeError",
    "HttpRequest",
    "HttpResponse",
    "ManagedIdentityCredential",
    "NetworkManagementClient",
    "PipelineClient",
    "UsernamePasswordCredential",
    "core_policies",
]


def __getattr__(name: str) -> t.Any:
    """Import all of the SDK, once; without it, only IMPORT_ERROR is there."""
    if name not in __all__ or "IMPORT_ERROR" in globals():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals().update(_loaded())
    return globals()[name] if name in globals() else __getattr__(name)


def _loaded() -> dict[str, t.Any]:
    try:
        found = {
            name: getattr(importlib.import_module(place), name) for place, names in _PLACES.items() for name in names
        }
        # Older releases have no request of one's own; azure.azcollection of ansible 10 pins one.
        if not any(hasattr(found["NetworkManagementClient"], name) for name in ("send_request", "_send_request")):
            return {"IMPORT_ERROR": "This azure-mgmt-network is older than 28.0.0."}
        return {**found, "core_policies": importlib.import_module("azure.core.pipeline.policies"), "IMPORT_ERROR": None}
    except ImportError:
        return {"IMPORT_ERROR": traceback.format_exc()}
