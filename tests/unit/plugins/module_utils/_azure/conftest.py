# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the lab's Azure as the module does."""

from __future__ import annotations

import collections.abc
import json
import pathlib
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import paths, session, settings
from tests.lab.azure import half
from tests.unit.lab.azure import builders as b

WEB = f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/web"

Read = t.Callable[..., tuple[list[dict[str, t.Any]], list[dict[str, t.Any]], list[dict[str, t.Any]]]]


@pytest.fixture
def read(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> collections.abc.Iterator[Read]:
    """Read the paths of `machines` in a world of `resources`; returns (paths, unread, the lab's request log)."""
    labs: list[half.AzureLab] = []

    def _read(
        resources: t.Sequence[b.Body], machines: t.Sequence[str] = (WEB,), deadline: float = 20, **more: t.Any
    ) -> tuple[list[dict[str, t.Any]], list[dict[str, t.Any]], list[dict[str, t.Any]]]:
        options = {"retry_after": 0, **more.pop("options", {})}
        in_doubt = more.pop("in_doubt", ())
        lab = half.start(b.world(resources, options=options, **more), tmp_path / str(len(labs)))
        assert lab is not None
        labs.append(lab)
        environment = lab.environment
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", environment["REQUESTS_CA_BUNDLE"])
        found = settings.resolve({}, environment, tmp_path)
        opened = session.open_session(found, deadline=deadline)
        with opened:
            asked = paths.Asked(machines, found.subscription_id, in_doubt)
            answer, unread = paths.read_paths(opened.client, opened.cloud.name, asked, None)
        log = [json.loads(line) for line in lab.request_log.read_text(encoding="utf-8").splitlines()]
        return answer, unread, log

    yield _read
    for lab in labs:
        lab.stop()
