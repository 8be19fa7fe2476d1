# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes to Resource Manager: one PUT or DELETE at a time, always with a precondition, and how its operation ends.

Nothing is ever sent twice from here: after an error the caller looks what is there and plans anew.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._azure import catalog, sdk, versions
from .._azure.arm import ACCEPTED, ArmClient, ArmError, Runtime, pause_told
from .._guest import text
from .._network.values import mapping, name_of, props
from . import bodies
from .change_set import DELETE, Write
from .write_errors import LATER_PROPERTY

BAD_REQUEST, NOT_FOUND, PRECONDITION, NOT_IMPLEMENTED = 400, 404, 412, 501
# States in which nothing goes on; Failed and Canceled are for the caller to judge.
_AT_REST = frozenset(("", "succeeded", "failed", "canceled"))
SUCCEEDED = frozenset(("", "succeeded"))
_POLL = 2.0


@dataclasses.dataclass(frozen=True)
class Sent:
    """A write that Azure took. `stored`: what it answered that it stored, None when the answer does not tell.

    `status_url` and `result_url`: where the operation tells of itself, empty where there is none. `pause`: seconds to leave it alone.
    """

    stored: dict[str, t.Any] | None = None
    status_url: str = ""
    result_url: str = ""
    pause: float = 0.0


class Writer:
    """Looks at single resources and changes them. `deadline` bounds one wait; `runtime` as for the client."""

    def __init__(self, client: ArmClient, *, deadline: float, runtime: Runtime | None = None) -> None:
        self._client = client
        self.deadline = deadline
        self.runtime = runtime or Runtime()

    def find(self, resource_id: str) -> dict[str, t.Any] | None:
        """Return a resource as it is, None when there is none; raises ArmError."""
        try:
            found = self._client.get(resource_id, catalog.NETWORK_API)
        except ArmError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        if not isinstance(found, dict) or not isinstance(found.get("properties"), dict):
            raise ArmError("UnexpectedBody", f"{name_of(resource_id)} has no properties")
        return {**found, "id": found.get("id") or resource_id}

    def children(self, resource_id: str, segment: str) -> list[dict[str, t.Any]]:
        """Return the children of a resource; raises ArmError."""
        return self._client.list(f"{resource_id}/{segment}", catalog.NETWORK_API)

    def settled(self, resource_id: str) -> dict[str, t.Any] | None:
        """Return a resource once no operation on it goes on, None when there is none; raises ArmError."""
        limit = self.runtime.clock() + self.deadline
        while True:
            found = self.find(resource_id)
            if found is None or state_of(found) in _AT_REST:
                return found
            if self.runtime.clock() + _POLL > limit:
                raise ArmError(
                    "DeadlineExceeded",
                    f"{name_of(resource_id)} is still {props(found).get('provisioningState')} after {self.deadline:.0f} s",
                )
            self.runtime.sleep(_POLL)

    def send(self, write: Write) -> Sent:
        """Send one write under its precondition; raises ArmError."""
        headers = {"If-None-Match": "*"}
        later = versions.later_property(write.id, props(write.before))
        if later and write.operation != DELETE:
            raise ArmError(LATER_PROPERTY, f"{later} came after API version {catalog.NETWORK_API}")
        if write.before is not None:
            headers = {"If-Match": str(write.before.get("etag") or "*")}
        method = "DELETE" if write.operation == DELETE else "PUT"
        body = None if write.body is None else bodies.sendable(write.body)
        try:
            response = self._client.send_once(method, write.id, catalog.NETWORK_API, body=body, headers=headers)
        except ArmError as error:
            if write.before is not None or not _header_refused(error):
                raise
            # The header is declared for few types: without it, look first, as a PUT would replace what is there.
            if self.find(write.id) is not None:
                raise ArmError("PreconditionFailed", f"{name_of(write.id)} is there by now", PRECONDITION) from error
            response = self._client.send_once(method, write.id, catalog.NETWORK_API, body=body)
        stored = _body(response)
        status_url = response.headers.get("Azure-AsyncOperation") or ""
        result_url = response.headers.get("Location") or "" if response.status_code == ACCEPTED else ""
        return Sent(
            dict(stored) if isinstance(stored.get("properties"), dict) else None,
            status_url,
            result_url,
            pause_told(response) if status_url or result_url else 0.0,
        )

    def rest(self, sent: Sent) -> None:
        """Leave an operation alone for as long as Azure asks."""
        self.runtime.sleep(min(sent.pause, self.deadline))

    def follow(self, sent: Sent) -> None:
        """Wait for an operation to end; raises ArmError, also when it fails.

        A resource without one is waited for by its provisioningState later.
        """
        status_url, result_url, pause = sent.status_url, sent.result_url, 0.0
        limit = self.runtime.clock() + self.deadline
        while status_url or result_url:
            if self.runtime.clock() + pause > limit:
                raise ArmError("DeadlineExceeded", f"no result after {self.deadline:.0f} s")
            self.runtime.sleep(pause)
            answer = self._ask(status_url or result_url)
            pause = pause_told(answer)
            if status_url:
                if _ended(answer):
                    return
            elif answer.status_code != ACCEPTED:
                return
            else:
                result_url = answer.headers.get("Location") or result_url

    def _ask(self, url: str) -> sdk.HttpResponse:
        """Ask for an operation; whatever goes wrong here says nothing about the write itself."""
        try:
            return self._client.follow(url)
        except ArmError as error:
            raise ArmError("OperationLost", f"the operation was accepted, but its end was not seen: {error}") from error


def _header_refused(error: ArmError) -> bool:
    return error.status in (BAD_REQUEST, NOT_IMPLEMENTED) and "if-none-match" in error.detail.lower()


def state_of(body: t.Mapping[str, t.Any]) -> str:
    """Return the provisioning state in lower case, empty when there is none."""
    return str(props(body).get("provisioningState") or "").lower()


def _body(answer: sdk.HttpResponse) -> t.Mapping[str, t.Any]:
    try:
        return mapping(answer.json())
    except Exception:
        return {}


def _ended(answer: sdk.HttpResponse) -> bool:
    found = _body(answer)
    status = str(found.get("status") or "").lower()
    if status in ("failed", "canceled", "cancelled"):
        error = mapping(found.get("error"))
        raise ArmError(
            "OperationFailed",
            text.scrub(f"{error.get('code') or status}: {error.get('message') or 'no reason given'}")[:400],
        )
    return status == "succeeded"
