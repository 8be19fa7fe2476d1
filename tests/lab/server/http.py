# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP/1.1 over asyncio streams: no more than a WS-Management client uses."""

from __future__ import annotations

import asyncio
import dataclasses
import http
import typing as t

# A client may post more than the 153600 bytes it names itself; real payloads reach about 400 kB.
BODY_LIMIT = 1024 * 1024
_DRAIN_LIMIT = 64 * BODY_LIMIT
_CHUNK = 64 * 1024


class BadRequestError(Exception):
    """The request cannot be answered; `status` is the HTTP status to answer with before the connection is closed."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class BodyTooLargeError(BadRequestError):
    """The body was read and thrown away; the client waits for an answer."""

    def __init__(self, length: int) -> None:
        super().__init__(413, f"the body of {length} bytes is larger than the {BODY_LIMIT} bytes this server takes")


@dataclasses.dataclass(frozen=True)
class Request:
    """One request; header names are in lower case."""

    method: str
    path: str
    headers: t.Mapping[str, str]
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request; None when the client has closed the connection. Raises BadRequestError."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError:
        raise BadRequestError(431, "the request headers are too large") from None
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequestError(400, "this is not an HTTP/1.1 request")
    headers = _headers(lines[1:])
    if "transfer-encoding" in headers:
        raise BadRequestError(411, "a Content-Length is needed")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise BadRequestError(400, "the Content-Length is not a number")
    if int(length) > BODY_LIMIT:
        await _drain(reader, int(length))
        raise BodyTooLargeError(int(length))
    try:
        body = await reader.readexactly(int(length))
    except asyncio.IncompleteReadError:
        return None
    return Request(parts[0], parts[1].partition("?")[0], headers, body)


def response(
    status: int,
    body: bytes = b"",
    content_type: str = "application/soap+xml;charset=UTF-8",
    headers: t.Iterable[tuple[str, str]] = (),
) -> bytes:
    """Return the bytes of one response."""
    lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}", "Server: Microsoft-HTTPAPI/2.0"]
    if body:
        lines.append(f"Content-Type: {content_type}")
    lines += [f"{name}: {value}" for name, value in headers]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in filter(None, lines):
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequestError(400, "a request header has no colon")
        headers[name.strip().lower()] = value.strip()
    return headers


async def _drain(reader: asyncio.StreamReader, length: int) -> None:
    """Read the body all the same, else the client sees a reset instead of the answer."""
    if length > _DRAIN_LIMIT:
        raise BadRequestError(413, f"the body of {length} bytes is far too large")
    while length > 0:
        chunk = await reader.read(min(length, _CHUNK))
        if not chunk:
            return
        length -= len(chunk)
