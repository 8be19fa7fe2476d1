# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests, answers and errors between the HTTP server and the rooms behind it."""

from __future__ import annotations

import dataclasses
import json
import typing as t
import urllib.parse


@dataclasses.dataclass(frozen=True)
class Request:
    """One HTTP request. `query` and `headers` have lower-case names; `base` is the address of this server."""

    method: str
    path: str
    query: t.Mapping[str, str]
    headers: t.Mapping[str, str]
    body: bytes
    base: str

    @property
    def segments(self) -> list[str]:
        """The path, split and decoded."""
        return [urllib.parse.unquote(part) for part in self.path.strip("/").split("/") if part]

    def json(self) -> dict[str, t.Any]:
        """Return the body as a JSON object; raises Problem."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Problem(
                400, "InvalidRequestContent", "The request content was invalid and could not be deserialized."
            )
        return found

    def form(self) -> dict[str, str]:
        """Return the body as form fields."""
        return dict(urllib.parse.parse_qsl(self.body.decode()))


@dataclasses.dataclass
class Answer:
    """One HTTP answer. `body` is sent as JSON, or as it is when it is bytes."""

    status: int
    body: t.Any = None
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


class Problem(Exception):  # noqa: N818
    """An error that Resource Manager answers with."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: tuple[tuple[str, str], ...] = (),
        headers: t.Mapping[str, str] | None = None,
    ) -> None:
        """Word an error; `details` as (code, message)."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = dict(headers or {})

    def answer(self) -> Answer:
        """Return the error as ARM words it."""
        error: dict[str, t.Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = [{"code": code, "message": message} for code, message in self.details]
        return Answer(self.status, {"error": error}, self.headers)
