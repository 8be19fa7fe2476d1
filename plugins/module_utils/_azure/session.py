# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One signed-in connection to one cloud."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from . import cloud as clouds
from . import credential as credentials
from . import sdk
from .arm import ArmClient, retries
from .settings import Settings


class SignInError(Exception):
    """The identity was refused or could not be asked about; the text is one line without secrets."""


@dataclasses.dataclass(frozen=True)
class Session(contextlib.AbstractContextManager["Session"]):
    """A client and the cloud it talks to; closes the client when left."""

    client: ArmClient
    cloud: clouds.AzureCloud

    def __exit__(self, *exc: object) -> None:
        """Close the connections."""
        self.client.close()


def open_session(settings: Settings, *, deadline: float) -> Session:
    """Find the cloud, build the credential and the client; raises CloudError, SignInError.

    Signing in comes first and once, so that requests running beside each other share one token.
    """

    def fetch(url: str) -> t.Any:
        try:
            client: t.Any = sdk.PipelineClient(url, policies=[retries()], connection_verify=settings.verify)
            with client:
                response = client.send_request(sdk.HttpRequest("GET", url))
                response.raise_for_status()
                return response.json()
        except (sdk.AzureError, ValueError) as error:
            line = (str(error).splitlines() or [type(error).__name__])[0]
            raise clouds.CloudError(f"cloud_environment: {url} gave no usable metadata: {line}") from error

    cloud = clouds.find(settings.cloud_environment, fetch)
    try:
        credential = credentials.build(settings, cloud)
        credential.get_token(cloud.scope)
    except (sdk.AzureError, ValueError, OSError) as error:
        line = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise SignInError(f"Azure sign-in failed ({settings.source}): {line[:400]}") from error
    client = ArmClient(credential, cloud, verify=settings.verify, deadline=deadline)
    return Session(client, cloud)
