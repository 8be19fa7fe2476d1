# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run functions in forks of this process, a few at a time, each with a time limit and a folder of its own for what it leaves."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import selectors
import shutil
import signal
import sys
import tempfile
import time
import traceback
import typing as t

# (key, what to run, seconds it may take)
Task = tuple[t.Any, t.Callable[[], t.Any], float]


class Failure(t.NamedTuple):
    """A fork gave no answer: it took too long, or it broke with `trace`."""

    trace: str


class _Fork:
    def __init__(self, key: t.Any, run: t.Callable[[], t.Any], limit: float) -> None:
        self.key, self.limit, self.begun = key, limit, time.monotonic()
        self.scratch = tempfile.mkdtemp(prefix="mutant-")
        self.received = b""
        self.pipe, into = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if not self.pid:
            os.close(self.pipe)
            _inside(run, into, self.scratch)
        os.close(into)

    @property
    def left(self) -> float:
        return self.begun + self.limit - time.monotonic()

    def read(self) -> bool:
        """Take what has come; True when that was all."""
        part = os.read(self.pipe, 1 << 20)
        self.received += part
        return not part or part.endswith(b"\n")

    def end(self) -> t.Any:
        """Stop the fork with all that it started and return its answer, or a Failure."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        os.close(self.pipe)
        os.waitpid(self.pid, 0)
        shutil.rmtree(self.scratch, ignore_errors=True)
        if not self.received.endswith(b"\n"):
            return Failure("no answer in time")
        answer = json.loads(self.received)
        return Failure(answer["trace"]) if "trace" in answer else answer["value"]


def run_all(tasks: t.Iterable[Task], jobs: int) -> t.Iterator[tuple[t.Any, t.Any, float]]:
    """Run the tasks, `jobs` at a time; yield (key, answer or Failure, seconds) as they end. Answers travel as JSON."""
    waiting, running = iter(tasks), selectors.DefaultSelector()
    forks: list[_Fork] = []
    try:
        yield from _ended(waiting, running, forks, jobs)
    finally:
        for fork in forks:
            fork.end()


def _ended(
    waiting: t.Iterator[Task], running: selectors.BaseSelector, forks: list[_Fork], jobs: int
) -> t.Iterator[tuple[t.Any, t.Any, float]]:
    while True:
        while len(forks) < jobs and (task := next(waiting, None)) is not None:
            fork = _Fork(*task)
            forks.append(fork)
            running.register(fork.pipe, selectors.EVENT_READ, fork)
        if not forks:
            return
        ready = running.select(min(60.0, max(0.0, min(fork.left for fork in forks))))
        ended = [key.data for key, _events in ready if key.data.read()]
        for fork in [fork for fork in forks if fork in ended or fork.left <= 0]:
            forks.remove(fork)
            running.unregister(fork.pipe)
            yield fork.key, fork.end(), time.monotonic() - fork.begun


def _inside(run: t.Callable[[], t.Any], into: int, scratch: str) -> t.NoReturn:
    try:
        os.setsid()
        # Nobody waits for a fork whose parent is gone (PR_SET_PDEATHSIG of prctl(2)).
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        # pytest and tempfile put what they make there.
        os.environ.update(TMPDIR=scratch, PYTEST_DEBUG_TEMPROOT=scratch)
        tempfile.tempdir = scratch
        try:
            answer = {"value": run()}
        except BaseException:
            answer = {"trace": traceback.format_exc()}
        with os.fdopen(into, "wb") as pipe:
            pipe.write(json.dumps(answer).encode() + b"\n")
    finally:
        os._exit(0)
