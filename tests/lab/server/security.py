# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may talk to a guest, and how the messages of one connection are protected."""

from __future__ import annotations

import base64
import binascii
import contextlib
import dataclasses
import hmac
import os
import pathlib
import struct
import typing as t

import spnego
import spnego.exceptions

from tests.lab.server.http import BadRequestError, Request

_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
_BOUNDARY = b"--Encrypted Boundary"
_OCTETS = b"\tContent-Type: application/octet-stream\r\n"
_SOAP_TYPE = "application/soap+xml;charset=UTF-8"
Headers = t.Sequence[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Account:
    """The one account that may log on."""

    user: str
    password: str


@dataclasses.dataclass(frozen=True)
class Reply:
    """An answer of the authentication itself. With 200 the client is admitted, and its message, if any, is answered."""

    status: int
    headers: Headers = ()


class Security(t.Protocol):
    """What one TCP connection knows about its client."""

    challenge: Headers

    def admit(self, request: Request) -> Reply | None:
        """Return None when the request may pass."""

    def open(self, request: Request) -> bytes:
        """Return the plain body of an admitted request. Raises BadRequestError."""

    def seal(self, body: bytes) -> tuple[bytes, str]:
        """Return a body and its content type as they go over the wire."""

    def forget(self) -> None:
        """Take back what `admit` granted to this connection."""


class Basic:
    """Basic over TLS: the header is checked on every request, the body is as it is."""

    challenge: Headers = (("WWW-Authenticate", 'Basic realm="WSMAN"'),)

    def __init__(self, account: Account) -> None:
        self._expected = f"{account.user}:{account.password}".encode()

    def admit(self, request: Request) -> Reply | None:
        token = _token(request, "basic")
        if token is not None and hmac.compare_digest(token, self._expected):
            return None
        return Reply(401, self.challenge)

    def open(self, request: Request) -> bytes:
        return request.body

    def seal(self, body: bytes) -> tuple[bytes, str]:
        return body, _SOAP_TYPE

    def forget(self) -> None:
        """Nothing is kept between requests."""


class Negotiate:
    """NTLM over plain HTTP: one context for the life of the connection, and only encrypted messages."""

    challenge: Headers = (("WWW-Authenticate", "Negotiate"),)

    def __init__(self, users: pathlib.Path) -> None:
        self._users = users
        self._context: spnego.ContextProxy | None = None

    def admit(self, request: Request) -> Reply | None:
        token = _token(request, "negotiate")
        if token is None:
            return None if self._context and self._context.complete else Reply(401, self.challenge)
        with _user_store(self._users):
            if self._context is None or self._context.complete:
                self._context = spnego.server(options=spnego.NegotiateOptions.use_negotiate)
            try:
                answer = self._context.step(token)
            except Exception:
                # A token that is no token at all fails anywhere inside pyspnego's parser.
                self._context = None
                return Reply(401, self.challenge)
        headers = [("WWW-Authenticate", f"Negotiate {base64.b64encode(answer).decode()}")] if answer else []
        return Reply(200 if self._context.complete else 401, headers)

    def open(self, request: Request) -> bytes:
        assert self._context is not None
        if not request.headers.get("content-type", "").startswith("multipart/encrypted"):
            raise BadRequestError(400, "over plain HTTP only encrypted messages are taken")
        _head, found, rest = request.body.partition(_OCTETS)
        sealed = rest.removesuffix(_BOUNDARY + b"--\r\n")
        if not found or len(sealed) == len(rest):
            raise BadRequestError(400, "the encrypted message is not built as WS-Management wants it")
        try:
            (length,) = struct.unpack_from("<i", sealed)
            return self._context.unwrap_winrm(sealed[4 : 4 + length], sealed[4 + length :])
        except (spnego.exceptions.SpnegoError, ValueError, struct.error):
            raise BadRequestError(400, "the encrypted message cannot be decrypted") from None

    def seal(self, body: bytes) -> tuple[bytes, str]:
        assert self._context is not None
        wrapped = self._context.wrap_winrm(body)
        message = b"".join([
            _BOUNDARY,
            f"\r\n\tContent-Type: {_PROTOCOL}\r\n".encode(),
            f"\tOriginalContent: type={_SOAP_TYPE};Length={len(body) + wrapped.padding_length}\r\n".encode(),
            _BOUNDARY + b"\r\n" + _OCTETS,
            struct.pack("<i", len(wrapped.header)) + wrapped.header + wrapped.data,
            _BOUNDARY + b"--\r\n",
        ])  # fmt: skip
        return message, f'multipart/encrypted;protocol="{_PROTOCOL}";boundary="Encrypted Boundary"'

    def forget(self) -> None:
        self._context = None


def write_users(path: pathlib.Path, account: Account) -> None:
    """Write the account where the NTLM acceptor reads it."""
    path.touch(mode=0o600)
    path.write_text(f"LAB:{account.user}:{account.password}\n:{account.user}:{account.password}\n", encoding="utf-8")


@contextlib.contextmanager
def _user_store(path: pathlib.Path) -> t.Iterator[None]:
    """Pyspnego takes the accounts of its NTLM acceptor from this variable only."""
    before = os.environ.get("NTLM_USER_FILE")
    os.environ["NTLM_USER_FILE"] = str(path)
    try:
        yield
    finally:
        if before is None:
            del os.environ["NTLM_USER_FILE"]
        else:
            os.environ["NTLM_USER_FILE"] = before


def _token(request: Request, scheme: str) -> bytes | None:
    name, _space, value = request.headers.get("authorization", "").partition(" ")
    if name.lower() != scheme:
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return b""
