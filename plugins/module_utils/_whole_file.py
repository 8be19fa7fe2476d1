# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that somebody named, whole: what would never end, or does not fit, is refused instead of waited for."""

from __future__ import annotations

import errno
import os
import stat

# A hundred times the report of a thousand VMs, a thousand times a journal.
LARGEST = 1 << 30


def read(path: str | os.PathLike[str]) -> bytes:
    """Return what a file holds. Raises OSError, and ValueError for what is no file, or larger than LARGEST."""
    # A pipe that nobody writes to would keep us here already when it is opened.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        problem = _problem(os.fstat(handle))
        if problem:
            raise ValueError(problem)
        with open(handle, "rb", closefd=False) as stream:
            return stream.read()
    finally:
        os.close(handle)


def missing(path: str) -> bool:
    """Tell whether there is no such file; one that cannot be looked at is not missing."""
    try:
        os.stat(path)
    except OSError as error:
        return error.errno == errno.ENOENT
    return False


def readable(path: str) -> bool:
    """Tell whether `read` would return it. Raises OSError."""
    return not _problem(os.stat(path))


def _problem(found: os.stat_result) -> str:
    if not stat.S_ISREG(found.st_mode):
        return "it is not a file"
    return f"it is larger than {LARGEST >> 20} MiB" if found.st_size > LARGEST else ""
