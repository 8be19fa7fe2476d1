# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Resource Manager over the pipeline of azure-mgmt-network, as raw JSON.

Raw bodies are kept since the models of azure-mgmt-network 28 and 33 differ, and those of 28 lose unknown properties.
Reads: GET, and the POST actions that answer a question. Only the Writer sends anything else, by `send_once`.
The provider registration policy is left out, as it writes.
"""

from __future__ import annotations

import builtins
import dataclasses
import math
import re
import time
import typing as t
import urllib.parse

from .._guest import text
from . import patience, sdk, versions
from .cloud import AzureCloud

T = t.TypeVar("T")

MAX_PAGES = 1000
_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)
ACCEPTED = 202
FORBIDDEN = 403
HTTP, HTTPS = 80, 443
FIRST_ERROR = 400
DENY_ASSIGNMENT = "DenyAssignmentAuthorizationFailed"
# Another operation on the resource is going on: it is over in seconds, or it is said that it was not.
BUSY = "AnotherOperationInProgress"
BUSY_PAUSES = (2.0, 4.0, 8.0, 16.0)


class ArmError(Exception):
    """One request that gave no usable answer.

    `status` is the HTTP status or None, `code` Azure's error code or a word of our own, `action` the RBAC action of a 403,
    `detail` all that Azure said, `retry_after` the seconds it asks to wait.
    """

    def __init__(self, code: str, message: str, status: int | None = None, action: str | None = None) -> None:
        message = text.scrub(message)
        super().__init__(f"{code}: {message}" if status is None else f"{status} {code}: {message}")
        self.code = code
        self.status = status
        self.action = action
        self.detail = message
        self.retry_after: float | None = None


@dataclasses.dataclass(frozen=True)
class Runtime:
    """What a test puts in place of the wire and of time; the SDK's own transport when `transport` is None."""

    transport: t.Any = None
    sleep: t.Callable[[float], None] = time.sleep
    clock: t.Callable[[], float] = time.monotonic


class ArmClient:
    """Requests to one Resource Manager endpoint with one credential; safe to share between threads.

    `deadline` (seconds) bounds one long-running operation.
    """

    def __init__(
        self,
        credential: t.Any,
        cloud: AzureCloud,
        *,
        verify: bool | str = True,
        deadline: float = 120.0,
        runtime: Runtime = Runtime(),
    ) -> None:
        self._base = cloud.resource_manager
        self._deadline = deadline
        self._budget = self._end = math.inf
        self._sleep = runtime.sleep
        self._clock = runtime.clock
        policies = sdk.core_policies
        client = sdk.NetworkManagementClient(
            credential,
            "00000000-0000-0000-0000-000000000000",
            base_url=self._base,
            credential_scopes=[cloud.scope],
            connection_verify=verify,
            **({} if runtime.transport is None else {"transport": runtime.transport}),
            policies=[
                policies.RequestIdPolicy(),
                policies.UserAgentPolicy(base_user_agent="azure_windows.activation"),
                patience.retries(),
                sdk.ARMChallengeAuthenticationPolicy(credential, cloud.scope),
            ],
        )
        # azure-mgmt-network 28 keeps the method private.
        self._send: t.Callable[..., sdk.HttpResponse] = next(
            getattr(client, name) for name in ("send_request", "_send_request") if hasattr(client, name)
        )
        self.close: t.Callable[[], None] = client.close
        self._taken: dict[tuple[str, str], str] = {}

    def stop_after(self, budget: float) -> None:
        """Let every request fail that has no answer `budget` seconds from now."""
        self._budget, self._end = budget, self._clock() + budget

    def version(self, path: str, wanted: str) -> str:
        """Return the API version in which a path is asked for: `wanted`, or what was taken where the cloud refused that."""
        return self._taken.get((versions.kind_of(path), wanted), wanted)

    def _in_version(self, path: str, wanted: str, ask: t.Callable[[str], T]) -> T:
        """Ask in `wanted`, and once more in the version that the cloud offers when it refuses that; nothing was done then."""
        taken = self.version(path, wanted)
        try:
            return ask(taken)
        except ArmError as problem:
            other = versions.offered(problem.detail, wanted) if problem.code in versions.REFUSALS else None
            if other is None or other == taken:
                raise
        self._taken[versions.kind_of(path), wanted] = other
        return ask(other)

    def get(self, path: str, api_version: str, **query: str) -> t.Any:
        """Return the decoded body of one GET; raises ArmError."""
        return self._json(self._in_version(path, api_version, lambda version: self._get(path, version, query)))

    def _get(self, path: str, version: str, query: t.Mapping[str, str]) -> sdk.HttpResponse:
        return self._request("GET", self._url(path, version, query))

    def list(self, path: str, api_version: str, **query: str) -> list[dict[str, t.Any]]:
        """Return all items of a paged list; raises ArmError, also when a later page is missing."""
        return self._in_version(path, api_version, lambda version: self._pages(path, self._url(path, version, query)))

    def _pages(self, path: str, first: str) -> builtins.list[dict[str, t.Any]]:
        items: builtins.list[dict[str, t.Any]] = []
        url: t.Any = first
        seen: set[str] = set()
        while url:
            link = self._same_host(url)
            if link in seen or len(seen) >= MAX_PAGES:
                raise ArmError("PagingLoop", f"the list {path} does not end")
            seen.add(link)
            page = self._json(self._request("GET", link))
            if not isinstance(page, dict) or not isinstance(page.get("value"), list):
                raise ArmError("UnexpectedBody", f"the list {path} has no 'value'")
            if not all(isinstance(item, dict) for item in page["value"]):
                raise ArmError("UnexpectedBody", f"the list {path} holds what is no object")
            items.extend(page["value"])
            url = page.get("nextLink") or None
        return items

    def ask(
        self,
        path: str,
        api_version: str,
        body: t.Mapping[str, str] | None = None,
        pauses: tuple[float, ...] = BUSY_PAUSES,
    ) -> t.Any:
        """POST a question, wait for its long-running answer within the deadline and return its body; raises ArmError."""
        try:
            response = self._in_version(path, api_version, lambda version: self._post(path, version, body))
            return self._json(self._finish(response))
        except ArmError as problem:
            if problem.code != BUSY or not pauses:
                raise
        self._pause(pauses[0])
        return self.ask(path, api_version, body, pauses[1:])

    def _post(self, path: str, version: str, body: t.Mapping[str, str] | None) -> sdk.HttpResponse:
        given = None if body is None else dict(body)
        return self._request("POST", self._url(path, version, {}), body=given, retry_on_methods=["POST"])

    def send_once(
        self, method: str, path: str, api_version: str, *, body: t.Any = None, headers: dict[str, str] | None = None
    ) -> sdk.HttpResponse:
        """Send one writing request and never again by itself: who asks must look first whether it was done; raises ArmError."""

        def send(version: str) -> sdk.HttpResponse:
            return self._request(
                method, self._url(path, version, {}), headers=headers, body=body, limit=patience.WRITE, retry_total=0
            )

        return self._in_version(path, api_version, send)

    def follow(self, url: str) -> sdk.HttpResponse:
        """GET an address that an answer named; raises ArmError, also when it is on another host."""
        return self._request("GET", self._same_host(url))

    def _finish(self, response: sdk.HttpResponse) -> sdk.HttpResponse:
        """Follow an accepted operation to its result, within the deadline."""
        limit = self._clock() + self._deadline
        while response.status_code == ACCEPTED:
            location = response.headers.get("Location") or response.headers.get("Azure-AsyncOperation")
            if not location:
                raise ArmError(
                    "NoLocation", "the operation was accepted but says nowhere to ask for its result", ACCEPTED
                )
            pause = pause_told(response)
            if self._clock() + pause > limit:
                raise ArmError("DeadlineExceeded", f"no result after {self._deadline:.0f} s", ACCEPTED)
            self._pause(pause)
            response = self._request("GET", self._same_host(location))
        return response

    def _url(self, path: str, api_version: str, query: t.Mapping[str, str]) -> str:
        # The wire takes them out, and what is asked for would be another resource than the one that was looked at.
        if not {".", ".."}.isdisjoint(path.split("/")):
            raise ArmError("MalformedPath", f"{path} is no resource id")
        return f"{self._base}{urllib.parse.quote(path, safe='/()~!*._-')}?{urllib.parse.urlencode({'api-version': api_version, **query}, safe='$')}"

    def _same_host(self, url: t.Any) -> str:
        """Refuse to carry the token to another host than the Resource Manager that was asked."""
        try:
            # Anything else that urlsplit takes for an address is none, and what it takes out of one nobody should send.
            whole = isinstance(url, str) and _ADDRESS.fullmatch(url) is not None
            foreign = not whole or _origin(url) != _origin(self._base)
        except ValueError:
            whole = False
        if not whole:
            raise ArmError("MalformedLink", "a link of the answer is no address")
        if foreign:
            raise ArmError("ForeignLink", "a link of the answer points at another host")
        return str(url)

    def _pause(self, seconds: float) -> None:
        """Wait, unless no time is left for a question after it."""
        if self._clock() + seconds >= self._end:
            raise self._late()
        self._sleep(seconds)

    def _late(self) -> ArmError:
        return ArmError("DeadlineExceeded", f"the {self._budget:.0f} s for Azure were over")

    def _request(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: t.Any = None,
        limit: float = patience.QUESTION,
        **options: t.Any,
    ) -> sdk.HttpResponse:
        left = self._end - self._clock()
        if left <= 0:
            raise self._late()
        if method == "POST" and body is None:
            headers = {"Content-Length": "0"}
        try:
            request = sdk.HttpRequest(method, url, headers=headers, json=body)
            response = patience.within(min(limit, left), lambda: self._send(request, **patience.WIRE, **options))
        except patience.TooLateError as error:
            raise (self._late() if left < limit else ArmError("NoAnswer", str(error))) from error
        except sdk.ClientAuthenticationError as error:
            raise ArmError("AuthenticationFailed", first_line(error), 401) from error
        except Exception as error:
            # Beside the SDK's own errors, whatever an odd answer makes of it: one answer is lost, and said to be.
            raise ArmError(type(error).__name__, first_line(error)) from error
        if response.status_code >= FIRST_ERROR:
            raise _problem(response)
        return response

    @staticmethod
    def _json(response: sdk.HttpResponse) -> t.Any:
        try:
            return response.json()
        except Exception as error:
            raise ArmError("MalformedBody", "the answer is not JSON", response.status_code) from error


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port; Azure writes the port of https into some links. A port that is none is no origin of ours."""
    parts = urllib.parse.urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or {"https": HTTPS, "http": HTTP}.get(parts.scheme)


def _problem(response: sdk.HttpResponse) -> ArmError:
    try:
        error = response.json()["error"]
        code, message = str(error["code"]), str(error["message"])
    except Exception:
        code, message = response.reason or "HttpError", "the answer holds no Azure error"
    action = None
    # Against a deny assignment no right helps: https://github.com/MicrosoftDocs/azure-docs/issues/51173.
    if response.status_code == FORBIDDEN and code != DENY_ASSIGNMENT and "perform action '" in message:
        action = message.split("perform action '", 1)[1].split("'", 1)[0]
    message = text.scrub(" ".join(message.split()))
    problem = ArmError(code, message[:400], response.status_code, action)
    problem.detail = message[:4000]
    problem.retry_after = patience.told(response.headers)
    return problem


def pause_told(response: sdk.HttpResponse) -> float:
    """Return how long to wait before an operation is asked about again, in seconds."""
    pause = patience.told(response.headers)
    return 2.0 if pause is None else pause


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text without secrets, its kind where it has no text."""
    return text.scrub((str(error).strip().splitlines() or [type(error).__name__])[0])[:400]
