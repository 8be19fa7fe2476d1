# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page is one file that asks for nothing, holds every VM, and stores what VMs share once."""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import (
    build,
    console,
    markdown,
    terse,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.plugin_utils import _html
from tests.unit.plugins.module_utils._report import test_remediation
from tests.unit.plugins.module_utils._report.fleet import (
    ACTIVATED,
    WRONG_HOST,
    blackhole,
    diagnosis,
    fact,
    with_own_facts,
)
from tests.unit.plugins.module_utils._report.html_text import Page

NOW = "2026-11-24T08:00:00Z"


def render(*diagnoses: t.Any, language: str = "en", beside: build.Beside | None = None) -> str:
    return _html.render(build.report(diagnoses, NOW, "1.0.0", beside), Catalogue(language))


def behind(table: str, count: int) -> list[dict[str, t.Any]]:
    """Return VMs behind one broken route table, each with a fact of its own."""
    return [
        diagnosis(
            f"{table}-{number:02}",
            with_own_facts(blackhole(table), fact("proxy", f"at {number} o'clock", source="registry")),
        )
        for number in range(count)
    ]


def test_eighty_vms_behind_one_route_table_are_one_item() -> None:
    text = render(*behind("rt-hub", 80), *behind("rt-dmz", 3))
    page = Page(text)
    assert text.count('class="path"') == 2
    assert text.count("az network route-table route create") == 4
    assert text.count('<details class="case"') == 2
    # Once in the case of all, beside the drawing's caption.
    assert page.text.count("User route 0.0.0.0/0 (next hop None) drops it") == 2 * (1 + 2)
    assert page.text.count("at 7 o'clock") == 1
    # In the case's list of names, and in the list of all VMs.
    assert [text.count(f">rt-hub-{number:02}<") for number in range(80)] == [2] * 80


def test_the_first_screen_says_what_to_do_first_and_for_how_many() -> None:
    other_host = {**WRONG_HOST, "title": "The guest asks kms.old.example instead of Azure's KMS."}
    text = render(
        *(diagnosis(f"app{number}", WRONG_HOST) for number in range(2)),
        *(diagnosis(f"old{number}", other_host) for number in range(3)),
        *behind("rt-hub", 4),
        diagnosis("web01", ACTIVATED, licensed=True, expires_at="2027-05-20T08:00:00Z"),
    )
    first = text[text.index('id="first"') : text.index('id="overview"')]
    assert re.findall(r'<b class="count">(.*?)</b>', first) == ["5 VMs", "4 VMs"]
    assert "Clear the KMS host" in first
    assert "slmgr /ckms" in first
    assert text.index("not licensed") < text.index("until the first licence ends") < text.index('id="first"')
    # The same steps stand once for both titles, and at the top.
    assert text.count("slmgr /ckms") == 2
    assert "told once for all of these VMs" in text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_licence_that_will_not_last_is_never_called_activated(language: str) -> None:
    risk = {**ACTIVATED, "severity": "warning", "title": "Windows is licensed, but will not stay so."}
    report = build.report([diagnosis("web01", risk, licensed=True)], NOW, "1.0.0")
    catalogue = Catalogue(language)
    lines = [
        *terse.render(report, "/r", 100, catalogue=catalogue),
        *console.render(report, "/r", 100, catalogue=catalogue),
    ]
    word = catalogue.ui("tone.warning")
    shown = [
        *(line.text for line in lines),
        markdown.render(report, catalogue),
        Page(_html.render(report, catalogue)).text,
    ]
    for text in shown:
        assert not re.search(rf"{word}\W{{0,4}}({catalogue.cause('activated')}|activated)", text, re.IGNORECASE)
    assert any(catalogue.ui("cause.at_risk") in text for text in shown)


def test_every_link_leads_somewhere_and_no_id_is_given_twice() -> None:
    page = Page(
        render(*behind("rt-hub", 3), diagnosis("web01", ACTIVATED, licensed=True), diagnosis("app01", WRONG_HOST))
    )
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_the_policy_lets_nothing_run_but_what_is_in_the_page() -> None:
    text = render()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    for tag in ("script", "style"):
        inside = re.search(f"<{tag}>(.*?)</{tag}>", text, re.S)
        assert inside
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy[1]
    assert policy[1].startswith("default-src &#39;none&#39;; img-src data:; ")
    assert "unsafe" not in policy[1]
    assert not re.search(
        r"(?:src|url\(|@import|https?:)[=(\s\"']",
        text.replace("script-src ", "").replace("img-src ", "").replace("style-src ", "").replace("default-src ", ""),
    )


@pytest.mark.parametrize(
    ("diagnoses", "headline"),
    [
        ([], "No VM was asked"),
        ([diagnosis("a", ACTIVATED, licensed=True)], "The VM is activated"),
        ([diagnosis("a", WRONG_HOST)], "1 of 1 VMs needs attention"),
        ([diagnosis("a", WRONG_HOST), diagnosis("b", WRONG_HOST)], "2 of 2 VMs need attention"),
        ([diagnosis("a", {**ACTIVATED, "status": "unknown"}, None)], "1 of 1 VMs could not be judged"),
    ],
)
def test_the_headline_says_how_it_stands(diagnoses: list[t.Any], headline: str) -> None:
    assert f'<h1 id="headline">{headline}</h1>' in render(*diagnoses)


def test_what_needs_no_script_is_in_the_page() -> None:
    page = Page(render(diagnosis("app01", WRONG_HOST)))
    for text in ("Clear the KMS host", "slmgr /ckms", "kms.corp.example", "licensing service", "guest admin", "app01"):
        assert text in page.text
    assert "hidden" in page.attributes


def test_a_run_of_remediate_is_told_with_what_got_worse_first() -> None:
    beside = build.Beside(remediation=build.remediation(test_remediation.RUN), expected=("web09",))
    text = Page(render(*test_remediation.AFTER, beside=beside)).text
    assert text.index("Worse than before: 1") < text.index("Before and after") < text.index("Planned, but not allowed")
    assert "A policy sets it." in text
    assert '-   "name": "kms.corp"' in text
    assert '+   "name": ""' in text
    assert "remediate_actions: [key]" in text
    assert "kms-journal/1.jsonl" in text
    assert "web09" in text


def test_the_page_is_in_the_language_that_was_asked_for() -> None:
    text = render(diagnosis("app01", WRONG_HOST), language="ja")
    assert '<html lang="ja">' in text
    assert "KMS ホストが誤り" in text
    assert "wrong-kms-host" in text
    assert "kms.corp.example" in text
