# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Place this checkout, and the collections it depends on, where Ansible looks for collections."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The tree that every target uses: this checkout by a link, its dependencies beside it.
TREE = ROOT / ".venv" / "collections"
# The same with the oldest dependencies that galaxy.yml allows, for the tests.
OLDEST_TREE = ROOT / ".venv" / "collections-oldest"
NAME = pathlib.PurePath("ansible_collections", "azure_windows", "activation")
DEPENDENCIES = tuple(pathlib.PurePath("ansible_collections", owner, "windows") for owner in ("ansible", "community"))
# Which release of the `ansible` package on PyPI carries them: ansible.windows 3.8.0, which asks for ansible-core 2.16 or later
# (requires_ansible of its meta/runtime.yml), and 2.5.0, whose win_powershell makes sessions in another way.
_PACKAGES = {TREE: "ansible==14.5.0", OLDEST_TREE: "ansible==10.7.0"}


def link(tree: pathlib.Path = TREE) -> pathlib.Path:
    """Link the checkout into a tree, with its dependencies beside it; return the tree."""
    place = tree / NAME
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.is_symlink():
        place.symlink_to(ROOT, target_is_directory=True)
    marker = tree / f".{_PACKAGES[tree]}"
    if not marker.exists() or not all((tree / dependency).is_dir() for dependency in DEPENDENCIES):
        for dependency in DEPENDENCIES:
            shutil.rmtree(tree / dependency, ignore_errors=True)
        _download(tree)
        marker.touch()
    return tree


def version(tree: pathlib.Path) -> str:
    """Return the version of ansible.windows in a tree."""
    manifest = json.loads((tree / DEPENDENCIES[0] / "MANIFEST.json").read_text(encoding="utf-8"))
    return str(manifest["collection_info"]["version"])


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
        # The package asks for the Python of its own ansible-core; its collections do not.
        plain = ["--no-deps", "--only-binary=:all:", "--python-version", "3.12"]
        subprocess.run([*pip, *plain, "-d", folder, _PACKAGES[tree]], check=True)
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            folders = tuple(f"{dependency}/" for dependency in DEPENDENCIES)
            archive.extractall(tree, [name for name in archive.namelist() if name.startswith(folders)])


if __name__ == "__main__":
    link(OLDEST_TREE if sys.argv[1:] == ["oldest"] else TREE)
