# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra ID and managed identity: tokens for the credentials of the world."""

from __future__ import annotations

import secrets
import threading
import time
import typing as t
import uuid

from tests.lab.azure import facts
from tests.lab.azure.messages import Answer, Problem, Request
from tests.lab.azure.paste import Body
from tests.lab.azure.world import AzureWorld

# How every token begins, so that one can be found wherever it is written.
TOKEN_MARK = "lab-access-token-"


class Entra:
    """Issues tokens and knows whose they are. `clock` counts seconds."""

    def __init__(self, world: AzureWorld, clock: t.Callable[[], float] = time.time) -> None:
        """Begin without a token."""
        self._world = world
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[Body, float]] = {}
        self.identity_header = secrets.token_hex(8)

    def handle(self, request: Request) -> Answer | None:
        """Answer what the login endpoint serves; None for every other path."""
        segments = request.segments
        if segments[1:] == ["v2.0", ".well-known", "openid-configuration"]:
            return self._configuration(segments[0], request.base)
        if segments[1:] == ["oauth2", "v2.0", "token"] and request.method == "POST":
            return self._token(segments[0], request.form())
        return None

    def managed_identity(self, request: Request) -> Answer:
        """Answer the identity endpoints of a machine (IMDS) and of an App Service."""
        resource = request.query.get("resource", "")
        if request.path == "/metadata/identity/oauth2/token":
            if request.headers.get("metadata", "").lower() != "true":
                return Answer(
                    400, {"error": "invalid_request", "error_description": "Required metadata header not specified"}
                )
        elif request.path == "/msi/token":
            if request.headers.get("x-identity-header") != self.identity_header:
                return Answer(401, {"error": "unauthorized", "error_description": "The identity header is wrong"})
        else:
            return Answer(404, {"error": "not_found", "error_description": "no such endpoint"})
        if not self._world.credentials:
            return Answer(400, {"error": "invalid_request", "error_description": "Identity not found"})
        credential = self._world.credentials[0]
        lifetime = self._world.options.token_seconds
        return Answer(
            200,
            {
                "access_token": self._issue(credential),
                "client_id": credential["client_id"],
                "expires_in": str(lifetime),
                "expires_on": str(int(self._clock()) + lifetime),
                "resource": resource,
                "token_type": "Bearer",
            },
        )

    def caller(self, request: Request) -> Body:
        """Return the credential that a request to Resource Manager carries; raises Problem."""
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        challenge = {
            "WWW-Authenticate": f'Bearer authorization_uri="{request.base}/{self._world.tenant}", error="invalid_token"'
        }
        if scheme.lower() != "bearer" or not token:
            text = "Authentication failed. The 'Authorization' header is missing."
            raise Problem(401, "AuthenticationFailed", text, headers=challenge)
        with self._lock:
            credential, expiry = self._tokens.get(token, (None, 0.0))
        if credential is None:
            raise Problem(401, "InvalidAuthenticationToken", "The access token is invalid.", headers=challenge)
        if self._clock() >= expiry:
            text = "The access token expiry UTC time is earlier than current UTC time."
            raise Problem(401, "ExpiredAuthenticationToken", text, headers=challenge)
        return credential

    def _configuration(self, tenant: str, base: str) -> Answer:
        if tenant.lower() != self._world.tenant.lower():
            return _error(400, "invalid_tenant", 90002, f"Tenant '{tenant}' not found.")
        root = f"{base}/{tenant}"
        return Answer(
            200,
            {
                "token_endpoint": f"{root}/oauth2/v2.0/token",
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{root}/discovery/v2.0/keys",
                "issuer": f"{root}/v2.0",
                "token_endpoint_auth_methods_supported": [
                    "client_secret_post",
                    "private_key_jwt",
                    "client_secret_basic",
                ],
                "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
            },
        )

    def _token(self, tenant: str, form: dict[str, str]) -> Answer:
        if tenant.lower() != self._world.tenant.lower():
            return _error(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials":
            return _error(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        client_id = form.get("client_id", "")
        known = [item for item in self._world.credentials if str(item["client_id"]).lower() == client_id.lower()]
        if not known:
            text = f"Application with identifier '{client_id}' was not found in the directory '{tenant}'."
            return _error(400, "unauthorized_client", 700016, text)
        if form.get("client_secret") != str(known[0]["secret"]):
            text = (
                f"Invalid client secret provided. Ensure the secret being sent is not the secret ID, for '{client_id}'."
            )
            return _error(401, "invalid_client", 7000215, text)
        lifetime = self._world.options.token_seconds
        body = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime}
        return Answer(200, {**body, "access_token": self._issue(known[0])})

    def _issue(self, credential: Body) -> str:
        token = TOKEN_MARK + secrets.token_urlsafe(32)
        with self._lock:
            self._tokens[token] = (credential, self._clock() + self._world.options.token_seconds)
        return token


def endpoints(base: str, world: AzureWorld) -> Answer:
    """Return what GET /metadata/endpoints says of the lab's cloud."""
    suffix = next(iter(facts.KMS_NAMES[world.cloud])).partition(".")[2]
    entry = {
        "name": world.cloud,
        "portal": f"{base}/portal",
        "resourceManager": base,
        "authentication": {
            "loginEndpoint": base,
            "audiences": [base],
            "tenant": world.tenant,
            "identityProvider": "AAD",
        },
        "graph": f"{base}/graph",
        "suffixes": {"storage": suffix},
    }
    return Answer(200, [entry])


def _error(status: int, error: str, number: int, text: str) -> Answer:
    trace = str(uuid.uuid4())
    return Answer(
        status,
        {
            "error": error,
            "error_description": f"AADSTS{number}: {text} Trace ID: {trace} Correlation ID: {trace}",
            "error_codes": [number],
            "trace_id": trace,
            "correlation_id": trace,
            "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        },
    )
