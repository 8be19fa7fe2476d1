# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a checkout in any folder importable under its collection name."""

from __future__ import annotations

import atexit
import pathlib
import shutil
import sys
import tempfile

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

_NAME = ("ansible_collections", "azure_windows", "activation")
_ROOT = pathlib.Path(__file__).resolve().parents[2]


def install() -> None:
    """Let `ansible_collections.azure_windows.activation` be this checkout, unless Ansible's own finder is at work already."""
    if any(isinstance(finder, _AnsibleCollectionFinder) for finder in sys.meta_path):
        return
    if _ROOT.parts[-3:] == _NAME:
        tree = _ROOT.parents[2]
    else:
        tree = pathlib.Path(tempfile.mkdtemp(prefix="activation-units-"))
        atexit.register(shutil.rmtree, tree, ignore_errors=True)
        link = tree.joinpath(*_NAME)
        link.parent.mkdir(parents=True)
        link.symlink_to(_ROOT, target_is_directory=True)
    sys.path.insert(0, str(tree))
    _AnsibleCollectionFinder(paths=[str(tree)])._install()
