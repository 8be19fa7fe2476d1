# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write files on the controller so that a reader never meets half of one."""

from __future__ import annotations

import os
import pathlib
import tempfile

# Names, addresses and keys' ends are for those who run the plays and their group.
MODE = 0o640


def write_atomically(path: pathlib.Path, text: str, mode: int = MODE) -> None:
    """Write `text` as UTF-8 to `path` with these permissions; its folder is made when it is missing. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(draft, mode)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
