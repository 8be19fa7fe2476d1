# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fake of the wire below the Azure SDK: requests go out whole, answers come from a list or a function."""

from __future__ import annotations

import dataclasses
import io
import json
import typing as t

import requests
from azure.core.credentials import AccessToken
from azure.core.pipeline.transport import RequestsTransport


@dataclasses.dataclass
class Answer:
    """One HTTP answer; `body` is JSON-plain, or bytes as they are."""

    status: int = 200
    body: t.Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


class Wire(requests.adapters.BaseAdapter):
    """Answers with `answers` in turn (the last one stays); `log` holds (method, url)."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__()
        self.answers = list(answers)
        self.log: list[tuple[str, str]] = []
        self.headers: list[t.Mapping[str, str]] = []

    def send(self, request: requests.PreparedRequest, **options: t.Any) -> requests.Response:
        self.log.append((str(request.method), str(request.url)))
        self.headers.append(dict(request.headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        response = requests.Response()
        response.status_code = answer.status
        response.url = str(request.url)
        response.request = request
        response.headers = requests.structures.CaseInsensitiveDict(
            {"Content-Type": "application/json", **answer.headers}
        )
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        response.raw = io.BytesIO(body)
        response.raw.isclosed = lambda: True
        return response

    def close(self) -> None:
        """Nothing is open."""


class StaticCredential:
    """Hands out one token for ever and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def get_token(self, *scopes: str, **options: t.Any) -> AccessToken:
        self.asked += 1
        return AccessToken("token", 2**40)


class _Transport(RequestsTransport):
    def sleep(self, duration: float) -> None:
        """Retries wait in no time."""


def transport(wire: Wire) -> RequestsTransport:
    """Return the SDK's own transport with `wire` below it."""
    session = requests.Session()
    session.mount("https://", wire)
    return _Transport(session=session, session_owner=False)
