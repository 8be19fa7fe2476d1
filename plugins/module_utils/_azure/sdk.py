# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports the Azure SDK, so that everything else loads where it is not installed."""

from __future__ import annotations

import traceback

IMPORT_ERROR: str | None = None
try:
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
except ImportError:
    IMPORT_ERROR = traceback.format_exc()

REQUIREMENTS = "azure-identity and azure-mgmt-network"

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
