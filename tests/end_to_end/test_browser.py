# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page in a real browser: everything is found, nothing is asked for, and everybody can read it."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest

from tests.bench import fleet
from tests.end_to_end.lab import Run
from tests.tools import browser
from tests.unit.plugins.action import test_kms_report as action

if t.TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

from ansible_collections.azure_windows.activation.plugins.module_utils._report import build
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.plugin_utils import _html, _join

pytestmark = pytest.mark.xdist_group("contoso")

SHOWN = "li.vm:not([hidden])"
AXE = "async () => (await axe.run()).violations.map(found => [found.id, found.nodes.length, found.nodes[0].html])"
NOW = "2026-11-24T12:00:00Z"


class Watched:
    """A page of which is kept what it logs and asks for."""

    def __init__(self, context: BrowserContext, path: pathlib.Path, fragment: str = "") -> None:
        self.address = path.as_uri() + fragment
        self.page: Page = context.new_page()
        self.logged: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.logged.append(message.text))
        self.page.on("pageerror", lambda error: self.logged.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(self.address)

    def names(self) -> list[str]:
        """The VMs of the list that are shown."""
        return [text.strip() for text in self.page.locator(f"{SHOWN} .name").all_text_contents()]

    def open_everything(self, vms: int = 6) -> None:
        """Open every cause, and some VMs."""
        self.page.evaluate(
            "document.querySelectorAll('details.case, .case details').forEach(one => { one.open = true; })"
        )
        for index in range(min(vms, self.page.locator("li.vm > details").count())):
            self.page.evaluate(f"document.querySelectorAll('li.vm > details')[{index}].open = true")
        self.page.wait_for_timeout(100)


@pytest.fixture(scope="module")
def chromium() -> t.Iterator[Browser]:
    with browser.launched() as found:
        yield found


@pytest.fixture
def opened(chromium: Browser, diagnosed: Run) -> t.Iterator[Watched]:
    """The report of contoso; afterwards, it has logged nothing and asked for nothing."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    watched = Watched(context, diagnosed.path.with_suffix(".html"))
    yield watched
    assert watched.logged == []
    assert watched.asked == [watched.address]
    context.close()


def hosts(diagnosed: Run, **wanted: str) -> list[str]:
    assert diagnosed.report is not None
    return sorted(
        host["name"] for host in diagnosed.report["hosts"] if all(host[key] == value for key, value in wanted.items())
    )


def test_every_vm_is_there(opened: Watched, diagnosed: Run) -> None:
    assert sorted(opened.names()) == hosts(diagnosed)


def test_search_finds_what_a_vm_shares_with_others(opened: Watched, diagnosed: Run) -> None:
    opened.page.fill("#search", "az-web01")
    assert opened.names() == ["az-web01"]
    # A route table is named in the evidence of the case alone.
    opened.page.fill("#search", "RT-TO-FIREWALL afw-hub")
    assert sorted(opened.names()) == ["az-data01", "az-legacy01", "az-web01"]
    assert opened.page.locator("#shown").text_content() == f"3 of {len(hosts(diagnosed))} shown"
    assert opened.page.locator("article[data-cause]:not([hidden])").count() == 2
    opened.page.fill("#search", "no such thing")
    assert opened.names() == []
    assert opened.page.locator("#empty").is_visible()
    opened.page.click("button[type=reset]")
    opened.page.wait_for_function(f"document.querySelectorAll('{SHOWN}').length > 1")
    assert sorted(opened.names()) == hosts(diagnosed)


def test_filters(opened: Watched, diagnosed: Run) -> None:
    opened.page.select_option("#state", "activated")
    assert sorted(opened.names()) == hosts(diagnosed, state="activated")
    opened.page.select_option("#state", "")
    opened.page.select_option("#cause", "no-outbound-path")
    assert sorted(opened.names()) == ["az-priv01", "az-sql01", "az-sql02"]
    opened.page.select_option("#who", "guest admin")
    assert opened.names() == []
    opened.page.click("a.tile.unknown")
    assert sorted(opened.names()) == hosts(diagnosed, state="unknown")


def test_columns_sort_up_and_down(opened: Watched, diagnosed: Run) -> None:
    opened.page.click("button[data-column='1']")
    up = opened.names()
    assert sorted(up) == hosts(diagnosed)
    assert up.index("app02") < up.index("app09") < up.index("wmi01")
    opened.page.click("button[data-column='1']")
    assert opened.names() == up[::-1]
    opened.page.click("button[data-column='4']")
    ends = [text.strip()[:10] for text in opened.page.locator(f"{SHOWN} summary > :last-child").all_text_contents()]
    dated = [text for text in ends if text[:2] == "20"]
    assert dated == sorted(dated) == ends[: len(dated)]


def test_on_paper_it_is_short_and_begins_with_what_to_do(opened: Watched) -> None:
    paper = opened.page.pdf(format="A4")
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", paper)) < 15
    opened.page.emulate_media(media="print")
    end = opened.page.locator("section.first").bounding_box()
    assert end is not None
    # A4 at 96 dots per inch, less the margins.
    assert end["y"] + end["height"] < 1040


def test_a_vm_opens_to_everything_about_it(opened: Watched) -> None:
    opened.page.fill("#search", "az-branch01")
    opened.page.click(f"{SHOWN} summary")
    body = opened.page.locator(f"{SHOWN} .body")
    body.locator("svg.path").wait_for()
    assert body.locator("svg.path").get_attribute("aria-label", timeout=1000)
    assert body.locator(".box.broken").count() == 1
    text = body.inner_text()
    for expected in (
        "Windows is not activated",
        "network team",
        "az network route-table route create",
        "remediate_actions",
    ):
        assert expected in text
    body.locator("details.evidence > summary").click()
    assert "Get-NetRoute" in body.inner_text()
    opened.open_everything()
    assert (
        opened.page.evaluate(
            "(all => all.length - new Set(all).size)([...document.querySelectorAll('[id]')].map(one => one.id))"
        )
        == 0
    )


def test_it_works_by_keyboard(opened: Watched) -> None:
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.className") == "skip"
    opened.page.keyboard.press("Enter")
    for _press in range(20):
        opened.page.keyboard.press("Tab")
        if opened.page.evaluate("document.activeElement.matches('li.vm summary')"):
            break
    opened.page.keyboard.press("Enter")
    assert opened.page.locator("li.vm > details[open]").count() == 1


def test_a_link_to_a_vm_opens_it(chromium: Browser, diagnosed: Run) -> None:
    watched = Watched(chromium.new_context(), diagnosed.path.with_suffix(".html"), "#vm3")
    watched.page.locator("#vm3[open]").wait_for()


def test_without_script_everything_is_still_there(chromium: Browser, diagnosed: Run) -> None:
    watched = Watched(chromium.new_context(java_script_enabled=False), diagnosed.path.with_suffix(".html"))
    assert sorted(watched.names()) == hosts(diagnosed)
    assert not watched.page.locator("form.filters").is_visible()
    card = watched.page.locator("article[data-cause=forced-tunneling]")
    card.locator("details.case > summary").first.click()
    assert card.locator("svg.path").is_visible()
    assert "az network route-table route create" in card.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(chromium: Browser, diagnosed: Run, scheme: t.Literal["light", "dark"]) -> None:
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    check_accessible(Watched(context, diagnosed.path.with_suffix(".html")))
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_everybody_can_read_what_was_repaired(
    chromium: Browser, tmp_path: pathlib.Path, scheme: t.Literal["light", "dark"], language: str
) -> None:
    before, after = fleet.diagnoses(30, healthy_percent=0), fleet.diagnoses(30, healthy_percent=50)
    change = {"action": "route", "target": "/subscriptions/x/rt", "hosts": ["vm-0001"], "message": "why"}
    statuses = ("changed", "would_change", "failed", "refused", "unchanged")
    run = {
        "actions": ["route"],
        "before": [{**one, "licensed": True} for one in before],
        "hosts": {"vm-0000": {"plan": [{"action": "key", "who": "guest_admin"}]}},
        "changes": [{**change, "status": status, "before": {"a": 1}, "after": {"a": 2}} for status in statuses],
    }
    previous = build.report(fleet.diagnoses(31, healthy_percent=70), "2026-11-23T12:00:00Z", "1.0.0")
    beside = build.Beside(expected=("lost",), previous=previous, remediation=build.remediation(run))
    path = tmp_path / "report.html"
    path.write_text(_html.render(build.report(after, NOW, "1.0.0", beside), Catalogue(language)), "utf-8")
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 700, "height": 900})
    check_accessible(Watched(context, path))
    context.close()


def check_accessible(watched: Watched) -> None:
    watched.open_everything()
    watched.page.evaluate(browser.AXE.read_text("utf-8"))
    assert watched.page.evaluate(AXE) == []
    assert watched.logged == []
    assert watched.asked == [watched.address]


def test_each_vm_of_a_very_large_fleet_is_found_on_its_page(
    chromium: Browser, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_join, "MOST_HOSTS", 12)
    monkeypatch.setattr(_join, "HOSTS_PER_FILE", 5)
    odd = ["</script>.corp.example", "\U0001f4bb1.corp.example", "\U0001f4bb2.corp.example"]
    vms = fleet.diagnoses(20, healthy_percent=50)
    vms += [{**vms[0], "name": name, "resource_id": None} for name in odd]
    page = action.run(tmp_path, diagnoses=vms, expected_hosts=["lost01"])["report"]["paths"]["html"]
    context = chromium.new_context()
    watched = Watched(context, pathlib.Path(page))
    # Some of each page.
    for vm in [*vms[::7], *vms[-3:]]:
        watched.page.fill("#search", vm["name"])
        link = watched.page.locator("#found a").first
        assert link.text_content() == vm["name"]
        file, _hash, anchor = str(link.get_attribute("href")).partition("#")
        beside = Watched(context, pathlib.Path(page).parent / file, f"#{anchor}")
        assert beside.page.locator(f"#{anchor} .name").first.text_content() == vm["name"]
        beside.page.close()
    watched.page.fill("#search", "lost")
    assert watched.page.locator("#found li").all_text_contents() == ["lost01 expected, but did not answer"]
    assert watched.logged == []
    context.close()
