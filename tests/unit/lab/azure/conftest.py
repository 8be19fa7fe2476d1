# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running labs for the tests, and clients of them."""

from __future__ import annotations

import collections.abc
import json
import pathlib
import typing as t

import pytest
import requests
from azure.identity import ClientSecretCredential
from azure.mgmt.network import NetworkManagementClient

from tests.lab.azure import half
from tests.unit.lab.azure import builders as b

API = "2024-05-01"


class Client:
    """A client of one lab: the SDK, and raw requests with the same token."""

    def __init__(self, lab: half.AzureLab, **credential: str) -> None:
        """Sign in as the lab's first credential, or as `credential` says."""
        found = {
            "client_id": "reader",
            "client_secret": "s3cret",
            "tenant_id": lab.environment["AZURE_TENANT"],
            **credential,
        }
        self.lab = lab
        self.credential = ClientSecretCredential(
            **found, authority=lab.url, disable_instance_discovery=True, connection_verify=str(lab.ca)
        )
        self._session = requests.Session()
        # REQUESTS_CA_BUNDLE of whoever runs the tests would win over `verify`.
        self._session.trust_env = False
        self._session.verify = str(lab.ca)

    def network(self, subscription: str = b.SUBSCRIPTION, **options: t.Any) -> NetworkManagementClient:
        """The network client of the SDK."""
        scope = f"{self.lab.url}/.default"
        options = {"polling_interval": 1, "retry_backoff_factor": 0, **options}
        return NetworkManagementClient(
            self.credential,
            subscription,
            base_url=self.lab.url,
            credential_scopes=[scope],
            connection_verify=str(self.lab.ca),
            **options,
        )

    def send(
        self, method: str, path: str, body: object = None, version: str = API, **headers: str
    ) -> requests.Response:
        """One request; the api-version is added where it is missing, and a header's `_` stands for `-`."""
        url = path if path.startswith("http") else f"{self.lab.url}{path}"
        if version:
            url += "" if "api-version" in url else f"{'&' if '?' in url else '?'}api-version={version}"
        token = self.credential.get_token(f"{self.lab.url}/.default").token
        sent = {
            "Authorization": f"Bearer {token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self._session.request(method, url, json=body, headers=sent, timeout=20)

    def ask(self, path: str) -> t.Any:
        """POST a question and follow its Location to the answer."""
        answer = self.send("POST", path)
        while answer.status_code == 202:
            answer = self.send("GET", answer.headers["Location"])
        return answer.json()

    def log(self) -> list[dict[str, t.Any]]:
        """The lab's request log."""
        return [json.loads(line) for line in self.lab.request_log.read_text(encoding="utf-8").splitlines()]


Start = t.Callable[..., Client]


@pytest.fixture
def start(tmp_path: pathlib.Path) -> collections.abc.Iterator[Start]:
    """Start a lab over resources (and other keys of builders.world) and return a client of it."""
    labs: list[half.AzureLab] = []

    def _start(resources: list[b.Body], **more: t.Any) -> Client:
        lab = half.start(b.world(resources, **more), tmp_path / str(len(labs)))
        assert lab is not None
        labs.append(lab)
        return Client(lab)

    yield _start
    for lab in labs:
        lab.stop()
