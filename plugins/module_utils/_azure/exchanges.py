# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Azure was asked and what came back, as plain values: kept beside a reading, and answered from later."""

from __future__ import annotations

import threading
import typing as t

from .arm import ArmError

OK = 200

Call: t.TypeAlias = dict[str, t.Any]


class Source(t.Protocol):
    """What answers a reading: the ArmClient, or what stands in for it. Every method raises ArmError."""

    def get(self, path: str, api_version: str, **query: str) -> t.Any:
        """Return the body of one GET."""

    def list(self, path: str, api_version: str, **query: str) -> list[dict[str, t.Any]]:
        """Return all items of a list."""

    def ask(self, path: str, api_version: str, body: t.Mapping[str, str] | None = None) -> t.Any:
        """Return the answer to a POST that asks a question; `body` is JSON where the question takes one."""

    def version(self, path: str, wanted: str) -> str:
        """Return the API version in which a path was answered; `wanted` where it was not asked for."""


class Tape:
    """Passes everything on to `source` and keeps it in `calls`; safe to share between threads.

    A call holds {method, path, api_version, query, status, body, error}: `method` is get, list or ask, `query` what a question sent, `api_version` the one that
    answered, `status` the HTTP status or None, `error` {code, message, action} in place of a body.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = threading.Lock()
        self.calls: list[Call] = []

    def get(self, path: str, api_version: str, **query: str) -> t.Any:
        """Pass a GET on."""
        return self._keep("get", path, api_version, query, lambda: self._source.get(path, api_version, **query))

    def list(self, path: str, api_version: str, **query: str) -> t.Any:
        """Pass a list on."""
        return self._keep("list", path, api_version, query, lambda: self._source.list(path, api_version, **query))

    def ask(self, path: str, api_version: str, body: t.Mapping[str, str] | None = None) -> t.Any:
        """Pass a question on."""
        return self._keep("ask", path, api_version, body or {}, lambda: self._source.ask(path, api_version, body))

    def version(self, path: str, wanted: str) -> str:
        """Return the version that the source took."""
        return self._source.version(path, wanted)

    def _keep(
        self, method: str, path: str, api_version: str, query: t.Mapping[str, str], pass_on: t.Callable[[], t.Any]
    ) -> t.Any:
        call: Call = {"method": method, "path": path, "api_version": api_version, "query": dict(query), "status": OK}
        try:
            call["body"] = pass_on()
        except ArmError as problem:
            told = {"code": problem.code, "message": problem.detail, "action": problem.action}
            call.update(status=problem.status, body=None, error=told)
            raise
        finally:
            call["api_version"] = self.version(path, api_version)
            with self._lock:
                self.calls.append(call)
        return call["body"]


class Player:
    """Answers from recorded calls; what was not asked then is an error of its own, never an empty answer."""

    def __init__(self, calls: t.Iterable[Call]) -> None:
        self._calls = {_key(call["method"], call["path"], call.get("query") or {}): call for call in calls}
        self._versions = {path: call.get("api_version") for (_method, path, _query), call in self._calls.items()}

    def holds(self, method: str, path: str, query: t.Mapping[str, str]) -> bool:
        """Tell whether this was asked then."""
        return _key(method, path, query) in self._calls

    def get(self, path: str, api_version: str, **query: str) -> t.Any:
        """Answer a GET."""
        return self._answer("get", path, query)

    def list(self, path: str, api_version: str, **query: str) -> t.Any:
        """Answer a list."""
        return self._answer("list", path, query)

    def ask(self, path: str, api_version: str, body: t.Mapping[str, str] | None = None) -> t.Any:
        """Answer a question."""
        return self._answer("ask", path, body or {})

    def version(self, path: str, wanted: str) -> str:
        """Return the version that answered when it was recorded."""
        return str(self._versions.get(_place(path)) or wanted)

    def _answer(self, method: str, path: str, query: t.Mapping[str, str]) -> t.Any:
        call = self._calls.get(_key(method, path, query))
        if call is None:
            raise ArmError("NotRecorded", "the recording holds no answer to this")
        error = call.get("error")
        if error is not None:
            raise ArmError(str(error["code"]), str(error["message"]), call.get("status"), error.get("action"))
        return call["body"]


def _key(method: str, path: str, query: t.Mapping[str, str]) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return method, _place(path), tuple(sorted(query.items()))


def _place(path: str) -> str:
    return path.rstrip("/").lower()
