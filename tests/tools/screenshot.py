# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the README's pictures of the report of contoso: python -m tests.tools.screenshot."""

from __future__ import annotations

import pathlib
import sys
import tempfile

from tests.end_to_end.lab import CONTOSO, serving
from tests.tools import browser, tree

IMAGES = tree.ROOT / "docs" / "images"
WIDTH = 1280
MOST_BYTES = 400_000
# The cause that the second picture shows opened.
CAUSE = "azure-firewall-application-rule"


def main() -> int:
    """Diagnose contoso, open the page and write the pictures; exit status 1 when there is no browser."""
    missing = browser.prepare()
    if browser.chromium() is None:
        print(f"No picture: {missing}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        with serving(CONTOSO, place / "lab") as lab:
            run = lab.play(place)
        page = run.path.with_suffix(".html")
        if not page.exists():
            print(run.output, file=sys.stderr)
            return 1
        return _take(page)


def _take(page: pathlib.Path) -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with browser.launched() as chromium:
        window = chromium.new_page(viewport={"width": WIDTH, "height": 1400}, color_scheme="light")
        window.goto(page.as_uri())
        end = window.locator("section[aria-labelledby=causes]").bounding_box()
        assert end is not None
        window.screenshot(path=IMAGES / "report.png", clip={"x": 0, "y": 0, "width": WIDTH, "height": end["y"]})
        card = window.locator(f"article[data-cause={CAUSE}]")
        card.locator("summary").first.click()
        card.screenshot(path=IMAGES / "cause.png")
    sizes = {path.name: path.stat().st_size for path in sorted(IMAGES.glob("*.png"))}
    print(*(f"docs/images/{name}: {size / 1000:.0f} kB" for name, size in sizes.items()), sep="\n")
    return int(any(size > MOST_BYTES for size in sizes.values()))


if __name__ == "__main__":
    sys.exit(main())
