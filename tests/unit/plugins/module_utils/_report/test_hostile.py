# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever guests, Azure and files say is text in every format, and breaks none."""

from __future__ import annotations

import json
import typing as t

import pytest
from markdown_it import MarkdownIt

from ansible_collections.azure_windows.activation.plugins.module_utils._report import (
    build,
    console,
    markdown,
    prometheus,
    written,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Report
from ansible_collections.azure_windows.activation.plugins.plugin_utils import _html
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, blackhole, diagnosis, side, with_own_facts
from tests.unit.plugins.module_utils._report.html_text import Page
from tests.unit.plugins.module_utils._report.test_prometheus import read

NOW = "2026-11-24T08:00:00Z"
NASTY = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "end-of-script": "</script></style></title>--><!--",
    "quotes": "\"'`${x}{{ 7 * 7 }}{% raw %}",
    "right-to-left": "user\u202etxt.exe\u2066\u200f",
    "long": "x" * 10_000,
    "surrogates": "a\ud800b\udfff",
    "controls": "\x00\x1b[2J\r\n\u2028\x9b",
    "markdown": "[click](http://evil.example) **x** | # @all",
    "key": "ABCDE-FGHJK-MNPQR-TVWXY-23467",
}
KEPT = {"script", "end-of-script", "quotes", "markdown"}
# What names one of a few values and cannot be free text, and what a drawing looks for.
FIXED = {
    "id",
    "severity",
    "status",
    "confidence",
    "who",
    "action",
    "state",
    "kind",
    "source",
    "object",
    "address",
    "explains",
    "doc",
}


def poisoned(value: t.Any, nasty: str, key: str = "") -> t.Any:
    """Return a copy of a plain value with nasty text in every place of free text, keys of observed mappings included."""
    if isinstance(value, str):
        return value if key in FIXED else f"{value} {nasty}"
    if isinstance(value, dict):
        return {
            (f"{name}{nasty}" if key == "value" else name): poisoned(item, nasty, name) for name, item in value.items()
        }
    if isinstance(value, list):
        return [poisoned(item, nasty, key) for item in value]
    return value


def report(nasty: str) -> Report:
    """Return a report on hosts all of whose texts are nasty."""
    cause = poisoned(blackhole(), nasty)
    route = blackhole()
    for fact in route["evidence"]:
        fact["value"] = {
            name: f"{item}{nasty}" if item != "not_reached" and name != "address" else item
            for name, item in fact["value"].items()
        }
    hosts = [
        diagnosis(f"web{nasty}", cause, os=nasty, resource_id=nasty, guest={**side("partial", nasty), "detail": nasty}),
        diagnosis(f"app{nasty}", {**cause, "id": "wrong-kms-host"}, chain=[nasty] * 3, findings=[cause]),
        diagnosis(f"way{nasty}", route),
        diagnosis(
            f"own{nasty}",
            with_own_facts(
                route,
                {
                    "kind": nasty,
                    "object": nasty,
                    "value": {nasty: nasty},
                    "source": nasty,
                    "at": nasty,
                    "expected": nasty,
                },
            ),
        ),
        diagnosis(f"fine{nasty}", poisoned(ACTIVATED, nasty), licensed=True, expires_at=nasty),
    ]
    change = {
        "action": "host",
        "target": nasty,
        "status": "refused",
        "message": nasty,
        "before": nasty,
        "after": {"a": nasty},
    }
    run = {
        "actions": [nasty],
        "journal": nasty,
        "before": hosts,
        "changes": [{**change, "hosts": [nasty]}],
        "plan": [
            {"action": "route", "target": nasty, "reason": nasty, "obstacle": nasty, "who": nasty, "hosts": [nasty]}
        ],
        "hosts": {f"web{nasty}": {"changes": [change], "plan": []}},
    }
    earlier = build.report(hosts[:2], "2026-11-23T08:00:00Z", "1.0.0")
    beside = build.Beside(
        expected=(f"lost{nasty}",),
        previous=written.parse(written.as_json(earlier)),
        remediation=build.remediation(run),
    )
    return build.report(hosts, NOW, "1.0.0", beside)


@pytest.fixture(params=sorted(NASTY))
def nasty(request: pytest.FixtureRequest) -> str:
    return t.cast(str, request.param)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_shows_it_as_text(nasty: str, language: str) -> None:
    page = Page(_html.render(report(NASTY[nasty]), Catalogue(language)))
    assert page.open_tags == []
    assert page.count("script") == page.count("style") == 1
    assert page.count("img") == page.count("iframe") == page.count("object") == 0
    assert not [name for name in page.attributes if name.startswith("on") or name in {"style", "src"}]
    assert not [link for link in page.links if not link.startswith(("#", "data:,"))]
    assert (NASTY[nasty] in page.text) == (nasty in KEPT)
    assert all(char.isprintable() or char == "\n" for char in page.text)
    assert "ABCDE-FGHJK" not in page.text


def test_the_json_is_read_back_as_it_was(nasty: str) -> None:
    found = report(NASTY[nasty])
    text = written.as_json(found)
    assert json.loads(text.encode()) == written.plain(found)
    assert written.plain(written.parse(text))["hosts"] == written.plain(found)["hosts"]
    assert "ABCDE-FGHJK" not in text


def test_the_metrics_stay_readable(nasty: str) -> None:
    samples = read(prometheus.render(report(NASTY[nasty])))
    assert len([family for family, _labels in samples if family == "kms_root_cause"]) == 5


def test_the_markdown_has_no_markup_of_theirs(nasty: str) -> None:
    text = markdown.render(report(NASTY[nasty]), Catalogue())
    text.encode()
    tokens = [token for block in MarkdownIt("commonmark").parse(text) for token in (block, *(block.children or ()))]
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    assert kinds <= {
        "heading", "paragraph", "inline", "text", "text_special", "code_inline", "strong", "bullet_list", "ordered_list", "list_item", "softbreak",
    }  # fmt: skip
    assert "ABCDE-FGHJK" not in text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_table_has_no_control_characters_and_stays_narrow(nasty: str, language: str) -> None:
    lines = console.render(report(NASTY[nasty]), NASTY[nasty], 100, [], Catalogue(language))
    assert all(line.text.isprintable() for line in lines)
    assert max(len(line.text) for line in lines[:-1]) <= console.LONGEST_LINE
    assert not any("ABCDE-FGHJK" in line.text for line in lines)
