# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Place this checkout, and the collections it depends on, where Ansible looks for collections."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The tree that every target uses: this checkout by a link, its dependencies beside it.
TREE = ROOT / ".venv" / "collections"
NAME = pathlib.PurePath("ansible_collections", "azure_windows", "activation")
DEPENDENCIES = tuple(pathlib.PurePath("ansible_collections", owner, "windows") for owner in ("ansible", "community"))
# Which release of the `ansible` package on PyPI carries those that go with the pinned ansible-core.
PACKAGE = "ansible==14.5.0" if sys.version_info >= (3, 12) else "ansible==12.3.0"


def link() -> None:
    """Link the checkout into the tree, with its dependencies beside it."""
    place = TREE / NAME
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.is_symlink():
        place.symlink_to(ROOT, target_is_directory=True)
    marker = TREE / f".{PACKAGE}"
    if not marker.exists() or not all((TREE / dependency).is_dir() for dependency in DEPENDENCIES):
        for dependency in DEPENDENCIES:
            shutil.rmtree(TREE / dependency, ignore_errors=True)
        _download(TREE)
        marker.touch()


def copy(tree: pathlib.Path) -> pathlib.Path:
    """Copy the files that git knows or would add into `tree`, with the dependencies beside them; return where they are.

    `tree` must lie outside the checkout: the checks that ask git for the files would skip an ignored folder in silence.
    """
    place = tree / NAME
    listing = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, text=True)
    for name in filter(None, listing.split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    for dependency in DEPENDENCIES:
        shutil.copytree(TREE / dependency, tree / dependency)
    return place


def _download(tree: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--only-binary=:all:", "-d", folder, PACKAGE], check=True)
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            folders = tuple(f"{dependency}/" for dependency in DEPENDENCIES)
            archive.extractall(tree, [name for name in archive.namelist() if name.startswith(folders)])


if __name__ == "__main__":
    link()
