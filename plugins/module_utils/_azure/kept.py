# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reading that is answered from a state file, and by Azure for what the file does not hold."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
import typing as t

from .._network.values import items, low, mapping, props, subscription, type_of
from . import catalog, state_file
from .arm import ArmError
from .cloud import CloudError
from .exchanges import Call, Player, Source, Tape
from .session import Session, SignInError
from .state_file import State, StateError

USES = ("auto", "only", "refresh")
_NOT_HELD = "the state file holds no answer to this, and Azure was not asked"
_BUSY = "another run was reading Azure for the state file all the time"
_VM = "microsoft.compute/virtualmachines"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The options: the file, how it is used, the oldest reading (seconds, 0 for any) that is believed, the seconds for everything."""

    path: str
    use: str
    max_age: int
    budget: float


class Kept(contextlib.AbstractContextManager["Kept"]):
    """Answers from the file; the first question that it cannot answer opens Azure, once no other run asks it for the same file.

    `open_azure` takes the seconds that are left. Leaving it writes the file where something new was learnt.
    """

    def __init__(
        self, wanted: Wanted, cloud: str, machines: t.Iterable[str], open_azure: t.Callable[[float], Session]
    ) -> None:
        self._wanted = wanted
        self._end = time.monotonic() + wanted.budget
        self._cloud, self._open_azure = cloud, open_azure
        self._machines = frozenset(map(low, machines))
        self._lock = threading.Lock()
        self._held = contextlib.ExitStack()
        self._alone = False
        self._tape: Tape | None = None
        self._player = Player(())
        self.state = State(cloud, cloud, state_file.now())

    def __enter__(self) -> Kept:
        """Load the file, or open Azure where it tells nothing.

        Raises StateError for a file that cannot be used, or with `only` is missing or too old, and what opening Azure raises.
        """
        if self._wanted.use != "refresh":
            self._take()
        if not self.state.calls:
            with contextlib.ExitStack() as failed:
                failed.push(self._held)
                self._keep_out()
                if not self.state.calls:
                    self._open()
                failed.pop_all()
        return self

    @property
    def asked(self) -> int:
        """How many questions Azure was asked."""
        return len(self._tape.calls) if self._tape is not None else 0

    def get(self, path: str, api_version: str, **query: str) -> t.Any:
        """Answer a GET."""
        return self._answering("get", path, query).get(path, api_version, **query)

    def list(self, path: str, api_version: str, **query: str) -> t.Any:
        """Answer a list."""
        return self._answering("list", path, query).list(path, api_version, **query)

    def ask(self, path: str, api_version: str, body: t.Mapping[str, str] | None = None) -> t.Any:
        """Answer a question."""
        return self._answering("ask", path, body or {}).ask(path, api_version, body)

    def version(self, path: str, wanted: str) -> str:
        """Return the version that answered, here or when the file was written."""
        return self._player.version(path, self._tape.version(path, wanted) if self._tape else wanted)

    def _answering(self, method: str, path: str, query: t.Mapping[str, str]) -> Source:
        if self._player.holds(method, path, query):
            return self._player
        if self._wanted.use == "only":
            raise ArmError("NotInStateFile", _NOT_HELD)
        with self._lock:
            self._keep_out()
            # Another run may have asked it while this one waited for its turn.
            if self._player.holds(method, path, query):
                return self._player
            if self._tape is None:
                try:
                    self._open()
                except (SignInError, CloudError) as error:
                    raise ArmError("AzureNotAsked", str(error)) from error
        return t.cast(Source, self._tape)

    def _keep_out(self) -> None:
        """Wait until no other run reads Azure for the file, and take what it left there."""
        if self._alone:
            return
        if not self._held.enter_context(state_file.alone(self._wanted.path, self._end - time.monotonic())):
            raise ArmError("StateFileBusy", _BUSY)
        self._alone = True
        if self._wanted.use != "refresh":
            self._take()

    def _open(self) -> None:
        session = self._held.enter_context(self._open_azure(self._end - time.monotonic()))
        self.state = dataclasses.replace(self.state, cloud_name=session.cloud.name)
        self._tape = Tape(session.client)

    def _take(self) -> None:
        """Answer from the file as it is now, unless it is missing or too old."""
        only, path, most = self._wanted.use == "only", self._wanted.path, self._wanted.max_age
        found = state_file.load(path, self._cloud)
        if found is None:
            if only:
                raise StateError(f"state_file: {path} does not exist. Read Azure into it first, with state_use auto.")
            return
        age = found.age(state_file.now())
        if most and age > most:
            if only:
                raise StateError(
                    f"state_file: {path} was read {age} s ago, longer than the {most} s of state_max_age. "
                    "Read it again with state_use refresh, or raise state_max_age."
                )
            return
        self.state = found if only else dataclasses.replace(found, calls=_fitting(found, self._machines))
        self._player = Player(self.state.calls)

    def __exit__(self, *exc: object) -> None:
        """Write what was learnt and let the next run ask."""
        with self._held:
            learnt = state_file.lasting(self._tape.calls) if self._tape is not None else []
            if learnt and exc[0] is None:
                machines = self.state.machines | self._machines
                self.state = dataclasses.replace(self.state, machines=machines, calls=(*self.state.calls, *learnt))
                state_file.save(self._wanted.path, self.state)


def _fitting(found: State, machines: frozenset[str]) -> tuple[Call, ...]:
    """Return the calls without those of a subscription whose list was read and lacks one of the machines: it is younger than the list."""
    known, listed = set(found.machines), set[str]()
    for call in found.calls:
        if call["method"] == "list" and call["body"] is not None and low(call["path"]).endswith(f"/{_VM}"):
            listed.add(subscription(call["path"]))
            known.update(low(item.get("id")) for item in call["body"])
    outdated = {
        subscription(machine)
        for machine in machines - known
        if subscription(machine) in listed and type_of(machine) != catalog.INSTANCE.lower()
    }
    addresses = {machine for machine in machines - known if not subscription(machine)} - _addresses(found.calls)
    if addresses:
        outdated |= listed
    return tuple(call for call in found.calls if subscription(call["path"]) not in outdated)


def _addresses(calls: t.Iterable[Call]) -> set[str]:
    """Return the private addresses of the interfaces that were listed."""
    return {
        str(mapping(configuration.get("properties")).get("privateIPAddress"))
        for call in calls
        if call["method"] == "list" and low(call["path"]).endswith("/networkinterfaces")
        for nic in call["body"] or ()
        for configuration in items(props(nic).get("ipConfigurations"))
    }
