# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a page as a browser's parser does, far enough to see what is markup in it and what is text."""

from __future__ import annotations

import html.parser
import typing as t

VOID = {"meta", "link", "input", "path", "rect", "circle"}


class Page(html.parser.HTMLParser):
    """What a page holds: its tags, attributes, links and the text that a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open_tags: list[str] = []
        self._texts: list[str] = []
        self.feed(text)
        self.close()

    @property
    def text(self) -> str:
        """The text outside of script and style."""
        return "".join(self._texts)

    def count(self, tag: str) -> int:
        return self.tags.count(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, t.Any]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _value in attrs)
        self.links += [value for name, value in attrs if name == "href"]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, t.Any]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open_tags.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open_tags and self.open_tags[-1] not in {"script", "style"}:
            self._texts.append(data)
