# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings to an azure-identity credential."""

from __future__ import annotations

import threading
import time
import typing as t

from . import patience, sdk
from .cloud import AzureCloud
from .settings import Settings

# A token that ends sooner than this many seconds from now is asked for anew.
MARGIN = 300


class Shared:
    """One token for all threads and uses of a run: that of the Azure CLI is a process of its own each time it is asked."""

    def __init__(self, credential: t.Any) -> None:
        self._credential = credential
        self._lock = threading.Lock()
        self._token: t.Any = None

    def get_token(self, *scopes: str, **options: t.Any) -> t.Any:
        """Return the token; one with claims of its own is never shared."""
        if options.get("claims"):
            return self._credential.get_token(*scopes, **options)
        with self._lock:
            if self._token is None or self._token.expires_on - time.time() < MARGIN:
                self._token = self._credential.get_token(*scopes, **options)
            return self._token


def build(settings: Settings, cloud: AzureCloud) -> t.Any:
    """Return a token credential for `settings` in `cloud`; nothing is asked over the network yet."""
    return Shared(_own(settings, cloud))


def _own(settings: Settings, cloud: AzureCloud) -> t.Any:
    if settings.source == "msi":
        return sdk.ManagedIdentityCredential(client_id=settings.client_id, **patience.WIRE)
    if settings.source == "cli":
        return sdk.AzureCliCredential(tenant_id=settings.tenant or "")
    common: dict[str, t.Any] = {
        "authority": settings.adfs_authority_url or cloud.authority,
        # azure-identity would ask the public cloud about an authority it does not know.
        "disable_instance_discovery": settings.disable_instance_discovery or not cloud.known,
        "connection_verify": settings.verify,
        **patience.WIRE,
    }
    tenant, client_id, secret = settings.tenant or "", settings.client_id or "", settings.secret or ""
    if settings.ad_user:
        return sdk.UsernamePasswordCredential(
            client_id, settings.ad_user, settings.password or "", tenant_id=tenant, **common
        )
    if settings.x509_certificate_path:
        return sdk.CertificateCredential(
            tenant, client_id, settings.x509_certificate_path, password=settings.secret, **common
        )
    return sdk.ClientSecretCredential(tenant, client_id, secret, **common)
