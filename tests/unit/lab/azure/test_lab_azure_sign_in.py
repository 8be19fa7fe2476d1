# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in to the lab with azure-identity."""

from __future__ import annotations

import time

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ManagedIdentityCredential

from tests.unit.lab.azure import builders as b
from tests.unit.lab.azure.conftest import Client, Start


def test_a_token_is_asked_for_once_and_never_logged(start: Start) -> None:
    client = start(b.spoke())
    assert list(client.network().route_tables.list_all()) == []
    assert list(client.network().nat_gateways.list_all()) == []
    logins = [entry["path"].rsplit("/", 1)[-1] for entry in client.log() if entry["client_id"] is None]
    assert logins == ["openid-configuration", "token"]
    token = client.credential.get_token(f"{client.lab.url}/.default").token
    text = client.lab.request_log.read_text(encoding="utf-8")
    assert token not in text
    assert "s3cret" not in text


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"client_secret": "guess"}, "AADSTS7000215"),
        ({"client_id": "nobody"}, "AADSTS700016"),
        ({"tenant_id": "11111111-2222-3333-4444-555555555555"}, "Unable to get authority configuration"),
    ],
)
def test_wrong_credentials_are_refused_in_the_words_of_entra(start: Start, wrong: dict[str, str], text: str) -> None:
    lab = start(b.spoke()).lab
    with pytest.raises((ClientAuthenticationError, ValueError), match=text):
        Client(lab, **wrong).credential.get_token(f"{lab.url}/.default")


def test_a_token_expires(start: Start) -> None:
    client = start(b.spoke(), options={"token_seconds": 1})
    token = client.credential.get_token(f"{client.lab.url}/.default").token
    url = f"{client.lab.url}/subscriptions?api-version=2022-12-01"
    time.sleep(1.1)
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, verify=str(client.lab.ca), timeout=20)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "ExpiredAuthenticationToken")
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("header", [None, "Bearer made-up", "Basic abc"])
def test_without_a_good_token_nothing_is_answered(start: Start, header: str | None) -> None:
    lab = start(b.spoke()).lab
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{lab.url}/subscriptions?api-version=1", headers=headers, verify=str(lab.ca), timeout=20)
    assert answer.status_code == 401


@pytest.mark.parametrize("style", ["machine_identity", "app_identity"])
def test_managed_identity(start: Start, monkeypatch: pytest.MonkeyPatch, style: str) -> None:
    client = start(b.spoke(b.table()))
    for name, value in getattr(client.lab, style).items():
        monkeypatch.setenv(name, value)
    client.credential = ManagedIdentityCredential()
    assert [table.name for table in client.network().route_tables.list_all()] == ["rt"]


def test_the_metadata_name_the_lab_as_its_cloud(start: Start) -> None:
    lab = start(b.spoke()).lab
    answer = requests.get(f"{lab.url}/metadata/endpoints?api-version=2019-05-01", verify=str(lab.ca), timeout=20).json()
    assert [entry["resourceManager"] for entry in answer] == [lab.url]
    assert answer[0]["authentication"]["loginEndpoint"] == lab.url


def test_the_environment_of_a_playbook(start: Start) -> None:
    one = start(b.spoke()).lab
    assert one.environment == {
        "AZURE_TENANT": "72f988bf-0000-0000-0000-000000000001",
        "AZURE_CLIENT_ID": "reader",
        "AZURE_SECRET": "s3cret",
        "AZURE_CLOUD_ENVIRONMENT": one.url,
        "AZURE_SUBSCRIPTION_ID": b.SUBSCRIPTION,
        "REQUESTS_CA_BUNDLE": str(one.ca),
    }
    elsewhere = {**b.table(), "id": "/subscriptions/other/resourceGroups/g/providers/Microsoft.Network/routeTables/rt"}
    two = start([*b.spoke(), elsewhere]).lab
    assert "AZURE_SUBSCRIPTION_ID" not in two.environment
