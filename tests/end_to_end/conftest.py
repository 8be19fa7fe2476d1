# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One lab for each world and way to sign in, shared by the tests that only read."""

from __future__ import annotations

import typing as t

import pytest

from tests.end_to_end.lab import CONTOSO, HERE, Lab, Run, serving


@pytest.fixture(scope="session")
def contoso(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Lab]:
    """The fleet with at least one guest for every root cause, by Basic over TLS."""
    with serving(CONTOSO, tmp_path_factory.mktemp("contoso")) as lab:
        yield lab


@pytest.fixture(scope="session")
def diagnosed(contoso: Lab, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The first run over contoso, with everything Ansible can print."""
    return contoso.play(tmp_path_factory.mktemp("run"), "-vvv")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Lab]:
    """A few guests, two of which cannot be asked."""
    with serving(str(HERE / "worlds" / "small.yml"), tmp_path_factory.mktemp("small")) as lab:
        yield lab
