# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of the traffic as boxes and lines with their places, for an inline SVG."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from . import network_path
from .catalogue.catalogue import Catalogue
from .columns import cut
from .network_path import TrafficPath, Waypoint

BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN = 156, 78, 30, 6
# What fits into a box at the sizes that the style sheet gives its texts.
LABEL_COLUMNS, SMALL_COLUMNS = 17, 24

MARKS = {
    network_path.OK: "✓",
    network_path.BROKEN: "✕",
    network_path.SUSPECT: "!",
    network_path.UNKNOWN: "?",
    network_path.UNREACHED: "\N{EN DASH}",
}


@dataclasses.dataclass(frozen=True)
class Box:
    """One place: `x` is its left edge, `full` what a pointer that rests on it shows."""

    x: int
    caption: str
    label: str
    detail: str
    status: str
    mark: str
    full: str


@dataclasses.dataclass(frozen=True)
class Arrow:
    """The way from one box to the next; `alive` while traffic gets there."""

    start: int
    end: int
    alive: bool


@dataclasses.dataclass(frozen=True)
class Drawing:
    """A way with its size; `spoken` says it for those who do not see it."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Arrow, ...]
    spoken: str
    reason: str


def draw(way: TrafficPath, catalogue: Catalogue) -> Drawing:
    """Return the drawing of a way in the catalogue's language."""
    boxes = tuple(_box(number, place, catalogue) for number, place in enumerate(way.places))
    return Drawing(
        width=len(boxes) * (BOX_WIDTH + GAP) - GAP + 2 * MARGIN,
        height=BOX_HEIGHT + 2 * MARGIN,
        boxes=boxes,
        lines=tuple(_lines(boxes)),
        spoken=_spoken(way, boxes, catalogue),
        reason=catalogue.text(way.reason),
    )


def _box(number: int, place: Waypoint, catalogue: Catalogue) -> Box:
    caption = catalogue.ui_or(f"hop.{place.kind}", place.kind)
    detail = catalogue.ui_or(f"egress.{place.detail}", place.detail) if place.kind == "egress" else place.detail
    status = catalogue.ui(f"way.{place.status}")
    label = place.label or detail or status
    detail = detail if place.label else ""
    below = detail or ("" if label == status or place.kind == "vm" else status)
    full = ", ".join(dict.fromkeys(filter(None, (f"{caption}: {label}", detail, status))))
    return Box(
        x=MARGIN + number * (BOX_WIDTH + GAP),
        caption=cut(caption, SMALL_COLUMNS - 2),
        label=cut(label, LABEL_COLUMNS),
        detail=cut(below, SMALL_COLUMNS),
        status=place.status,
        mark=MARKS[place.status],
        full=full,
    )


def _lines(boxes: t.Sequence[Box]) -> t.Iterator[Arrow]:
    alive = True
    for left, right in itertools.pairwise(boxes):
        alive = alive and left.status != network_path.BROKEN
        yield Arrow(left.x + BOX_WIDTH, right.x, alive)


def _spoken(way: TrafficPath, boxes: t.Sequence[Box], catalogue: Catalogue) -> str:
    places = " → ".join(box.full for box in boxes)
    return catalogue.ui("way.spoken", addresses=", ".join(way.addresses), places=places)
