# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings as files on the controller.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import pathlib
import platform
import secrets
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.release import __version__ as core_version

from ..module_utils import _whole_file
from ..module_utils._recording import recording as recordings
from ..module_utils._recording.recording import Recording, RecordingError
from ..module_utils._version import VERSION
from ._files import write_atomically

MASKED_OTHERWISE = (
    "masking changes the verdict from {before} to {after}: report that, and record with masked=false for yourself"
)


def save(path: str, *, masked: bool = True, **parts: t.Any) -> tuple[Recording, list[str]]:
    """Write a recording of `parts` (as `recording.new` takes them) and return it with warnings. Raises AnsibleActionFail."""
    key = secrets.token_bytes(32) if masked else None
    try:
        made = recordings.new(versions=versions(), mask_key=key, **parts)
        again = recordings.verdict(recordings.replay(made, "-"))
        write_atomically(pathlib.Path(path), recordings.write(made))
    except RecordingError as error:
        raise AnsibleActionFail(f"nothing was recorded: {error}") from None
    except OSError as error:
        raise AnsibleActionFail(f"cannot write the recording {path}: {error.strerror or error}") from None
    warnings = []
    if again != made["verdict"]:
        before, after = made["verdict"]["root_cause"], again["root_cause"]
        warnings = [f"{path}: {MASKED_OTHERWISE.format(before=before, after=after)}"]
    return made, warnings


def load(path: str) -> list[tuple[str, Recording]]:
    """Return (name, recording) of a file, or of all files `*.json` of a folder. Raises AnsibleActionFail."""
    place = pathlib.Path(path)
    files = sorted(place.glob("*.json")) if place.is_dir() else [place]
    if not files:
        raise AnsibleActionFail(f"recordings: the folder {path} holds no *.json")
    return [(file.stem, _read(file)) for file in files]


def _read(file: pathlib.Path) -> Recording:
    try:
        return recordings.read(_whole_file.read(file).decode("utf-8"))
    except OSError as error:
        raise AnsibleActionFail(f"recordings: cannot read {file}: {error.strerror or error}") from None
    except (RecordingError, ValueError) as error:
        raise AnsibleActionFail(f"recordings: {file} cannot be used: {error}") from None


def versions() -> dict[str, str | None]:
    """Return the versions of what runs on the controller; None for what is not installed."""
    return {
        "collection": VERSION,
        "ansible_core": core_version,
        "ansible_windows": _collection_version("ansible.windows"),
        "python": platform.python_version(),
        "azure_mgmt_network": _package_version("azure-mgmt-network"),
    }


def _package_version(name: str) -> str | None:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(name)
    return None


def _collection_version(name: str) -> str | None:
    with contextlib.suppress(ImportError, OSError, ValueError, KeyError, StopIteration):
        package = importlib.import_module(f"ansible_collections.{name}")
        manifest = pathlib.Path(next(iter(package.__path__))) / "MANIFEST.json"
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    return None
