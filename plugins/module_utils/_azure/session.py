# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One signed-in connection to one cloud."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import time
import typing as t

from . import cloud as clouds
from . import credential as credentials
from . import patience, sdk
from .arm import ArmClient, first_line
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


def open_session(settings: Settings, *, deadline: float, budget: float = math.inf) -> Session:
    """Find the cloud, build the credential and the client; raises CloudError, SignInError.

    `deadline` bounds one long-running operation, `budget` all that is asked from now on, both in seconds. Signing in comes first
    and once, so that requests running beside each other share one token.
    """
    end = time.monotonic() + budget

    def left() -> float:
        return min(end - time.monotonic(), patience.QUESTION)

    def ask(url: str) -> t.Any:
        client: t.Any = sdk.PipelineClient(
            url, policies=[patience.retries()], connection_verify=settings.verify, **patience.WIRE
        )
        with client:
            response = client.send_request(sdk.HttpRequest("GET", url))
            response.raise_for_status()
            return response.json()

    def fetch(url: str) -> t.Any:
        try:
            return patience.within(left(), lambda: ask(url))
        except Exception as error:
            raise clouds.CloudError(f"cloud_environment: {url} gave no usable metadata: {first_line(error)}") from error

    cloud = clouds.find(settings.cloud_environment, fetch, settings.cloud_hosts)
    try:
        credential = credentials.build(settings, cloud)
        patience.within(left(), lambda: credential.get_token(cloud.scope))
    except Exception as error:
        raise SignInError(f"Azure sign-in failed ({settings.source}): {first_line(error)}") from error
    client = ArmClient(credential, cloud, verify=settings.verify, deadline=deadline)
    client.stop_after(end - time.monotonic())
    return Session(client, cloud)
