# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The formats of the report that need no template, and how its files are called."""

from __future__ import annotations

import json
import typing as t

from . import markdown, prometheus
from .catalogue.catalogue import Catalogue

FORMATS = ("json", "html", "md", "prom")
NAME = "kms-report"

Renderer = t.Callable[[t.Mapping[str, t.Any], Catalogue], str]


def file_name(form: str) -> str:
    """Return the name of the file of a format."""
    return f"{NAME}.{form}"


def as_json(report: t.Mapping[str, t.Any], _catalogue: Catalogue) -> str:
    """Return the report as JSON, which is the same in every language."""
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def as_prometheus(report: t.Mapping[str, t.Any], _catalogue: Catalogue) -> str:
    """Return the samples, which are the same in every language."""
    return prometheus.render(report)


PLAIN: dict[str, Renderer] = {"json": as_json, "md": markdown.render, "prom": as_prometheus}
