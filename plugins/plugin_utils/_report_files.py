# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where reports lie on the controller: the folder of a run, the files that others left, and none beside a newer one.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import glob
import os
import pathlib
import re
import typing as t

from ansible.errors import AnsibleActionFail

from ..module_utils import _whole_file
from ..module_utils._report import written
from ..module_utils._report.model import Report
from . import _files

NAME = "kms-report"
# What AWX and automation controller tell every job: awx/main/models/unified_jobs.py, awx_meta_vars.
_JOB_IDS = ("awx_job_id", "tower_job_id")


def folder(report_dir: str, variables: t.Mapping[str, t.Any]) -> pathlib.Path:
    """Return the absolute folder of a report: in a job of AWX a folder of that job, unless the path names the job by itself."""
    place = pathlib.Path(report_dir).absolute()
    job = next((str(variables[name]) for name in _JOB_IDS if variables.get(name)), "")
    named = job in re.findall(r"\d+", report_dir)
    return place if named or not job.isdigit() else place / f"job-{job}"


def named(wanted: t.Sequence[str], own: pathlib.Path) -> list[str]:
    """Return the reports that files, folders and patterns name, each once. Raises AnsibleActionFail for one that names none.

    A folder stands for every kms-report.json in it, however deep. The report in `own`, which is about to be replaced, counts only where
    it is named itself: what it says of a lost slice would pass for an answer.
    """
    replaced = own / f"{NAME}.json"
    found: dict[str, str] = {}
    for path in wanted:
        several = _several(path)
        paths = [path] if several is None else [one for one in several if not _same(one, replaced)]
        if not paths:
            raise AnsibleActionFail(
                f"kms_report: merge: {path} holds no {NAME}.json. Name the folder or the files of the slices"
            )
        found.update({os.path.realpath(one): one for one in paths if os.path.realpath(one) not in found})
    return list(found.values())


def _several(path: str) -> list[str] | None:
    """Return the files of a folder or a pattern; None for the path of one file."""
    if os.path.isdir(path):
        return sorted(map(str, pathlib.Path(path).rglob(f"{NAME}.json")))
    if os.path.exists(path) or not glob.has_magic(path):
        return None
    files: list[str] = []
    for one in sorted(glob.glob(path, recursive=True)):
        files += _several(one) or [one]
    return files


def _same(path: str, other: pathlib.Path) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)


def read(option: str, path: str) -> Report:
    """Return a written report. Raises AnsibleActionFail that names option and file."""
    try:
        return written.parse(_whole_file.read(path).decode("utf-8"))
    except OSError as error:
        raise AnsibleActionFail(f"{option}: cannot read {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise AnsibleActionFail(f"{option}: {path} cannot be used: {error}") from None


def write(rendered: t.Mapping[str, str], place: pathlib.Path, mode: int) -> dict[str, str]:
    """Write the report in each format and return the paths; a reader never meets half a file. Raises AnsibleActionFail."""
    paths = {}
    for form, text in rendered.items():
        path = place / f"{NAME}.{form}"
        try:
            _files.write_atomically(path, text, mode)
        except OSError as error:
            raise AnsibleActionFail(f"kms_report: cannot write {path}: {error.strerror or error}") from None
        paths[form] = str(path)
    return paths


def remove_stale(place: pathlib.Path, forms: t.Iterable[str]) -> None:
    """Remove the report's files of other formats, which an earlier run wrote: beside a newer report they would be taken for it."""
    for form in forms:
        path = place / f"{NAME}.{form}"
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise AnsibleActionFail(f"kms_report: cannot remove the old {path}: {error.strerror or error}") from None
