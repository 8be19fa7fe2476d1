# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of the world: which request meets which."""

from __future__ import annotations

import re
import threading
import typing as t

from tests.lab.azure.messages import Answer, Problem
from tests.lab.azure.paste import Body

_CODES = {
    400: "BadRequest",
    401: "InvalidAuthenticationToken",
    403: "AuthorizationFailed",
    404: "ResourceNotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


class Faults:
    """Counts down the `times` of each fault, and before them the requests that it lets pass (`after`)."""

    def __init__(self, faults: t.Sequence[Body]) -> None:
        """Take the faults of a world, in their order."""
        self._lock = threading.Lock()
        self._faults = [(fault, _pattern(str(fault["match"]))) for fault in faults]
        self._left: list[t.Any] = [fault.get("times") for fault in faults]
        self._first: list[int] = [int(fault.get("after") or 0) for fault in faults]

    def calm(self) -> None:
        """Let none of them strike any more."""
        with self._lock:
            self._left = [0] * len(self._faults)

    def meet(self, method: str, path: str) -> Body | None:
        """Return the first fault that this request meets, which is used up by it; None for no fault."""
        with self._lock:
            for index, (fault, pattern) in enumerate(self._faults):
                if self._left[index] != 0 and pattern.fullmatch(f"{method} {path}"):
                    if self._first[index] > 0:
                        self._first[index] -= 1
                        continue
                    if self._left[index] is not None:
                        self._left[index] -= 1
                    return fault
        return None


def answer(fault: Body, action: str, scope: str) -> Answer:
    """Return the answer of a fault that gives one; without a body it is worded as ARM does."""
    status = int(fault["answer"])
    headers = {} if fault.get("retry_after") is None else {"Retry-After": f"{fault['retry_after']:g}"}
    if fault.get("text") is not None:
        return Answer(status, str(fault["text"]).encode("utf-8", "surrogateescape"), headers)
    if fault.get("body") is not None:
        return Answer(status, fault["body"], headers)
    text = f"The lab was told to answer {status}."
    if status == 403:
        text = (
            f"The client 'lab' with object id 'lab' does not have authorization to perform action '{action}' over scope "
            f"'{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
        )
    return Problem(status, _CODES.get(status, "Fault"), text, headers=headers).answer()


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.IGNORECASE)
