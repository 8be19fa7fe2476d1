# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every text exists in every language, and every text that is asked for exists."""

from __future__ import annotations

import pathlib
import re
import string

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import facts, model, precedence
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.rule import Rule
from ansible_collections.azure_windows.activation.plugins.module_utils._report import changes, counting, drawing
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import (
    LANGUAGES,
    MESSAGES,
    Catalogue,
)

ROOT = pathlib.Path(__file__).resolve().parents[5]
ENGLISH = LANGUAGES["en"]
# Names and marks that are the same in both languages.
SAME = {"vm", "hop.vm", "hop.kms", "hop.azure_firewall", "side.azure", "value.code", "value.line"}
SAME |= {f"fact.{kind}" for kind in ("dns", "srv", "tcp", "token_store", "token_store.bare")}
SAME |= {
    f"source.{source}" for source in ("azure_path", "attested_document", "file_system", "imds", "license_row", "routes")
}
SAME |= {"field.edition.sku", "field.licence.status"}
# Two sentences: the cause, then a request or that no action is needed.
JAPANESE_TITLE = r"[^。]+。[^。]*(ください。|対処は不要です。|ください: \{(code|title)\}。?)"
USED = re.compile(r"""(?:\bui|_behind)\(\s*["']([a-z_.]+)["']""")


def fields(text: str) -> set[str | None]:
    return {name for _text, name, _form, _conversion in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_text_is_missing(language: str) -> None:
    texts = LANGUAGES[language]
    assert set(texts) == set(ENGLISH)
    assert all(texts.values())
    assert {key for key in texts if fields(texts[key]) != fields(ENGLISH[key])} == set()


def test_japanese_is_japanese() -> None:
    assert {key for key, text in LANGUAGES["ja"].items() if text == ENGLISH[key]} == SAME
    unwritten = {key for key, text in LANGUAGES["ja"].items() if text.isascii()} - SAME - {"fact.imds", "source.at"}
    assert unwritten == set()


def test_every_kind_and_source_of_a_fact_has_its_words() -> None:
    assert {f"fact.{kind}" for kind in facts.KINDS} - set(ENGLISH) == set()
    assert {f"source.{source}" for source in facts.SOURCES} - set(ENGLISH) == set()


def test_every_finding_has_a_short_name_in_both_languages() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "findings").glob("[a-z]*.md")}
    assert set(precedence.IDS) == pages
    for finding_id in pages:
        english, japanese = (Catalogue(language).cause(finding_id) for language in ("en", "ja"))
        assert finding_id != english != japanese != finding_id


def test_every_text_that_is_asked_for_exists() -> None:
    sources = [
        *(ROOT / "plugins" / "module_utils" / "_report").glob("*.py"),
        *(ROOT / "plugins" / "plugin_utils" / "_report_assets").glob("*.j2"),
    ]
    used = {key for path in sources for key in USED.findall(path.read_text("utf-8"))}
    assert len(used) > 80
    assert {key for key in used if not key.endswith(".")} - set(ENGLISH) == set()


def test_every_value_of_the_model_has_a_text() -> None:
    wanted = [f"confidence.{name}" for name in model.CONFIDENCES]
    wanted += [f"tone.{name}" for name in (*model.SEVERITIES, "unknown", "ok")]
    wanted += [f"state.{name}" for name in counting.STATES]
    wanted += [f"change.{name}" for name in changes.STATUSES]
    wanted += [f"way.{name}" for name in drawing.MARKS]
    wanted += [f"side.{name}" for name in ("ok", "partial", "unreadable", "unreachable", "not_asked")]
    assert set(wanted) <= set(ENGLISH)


def test_parameters_are_not_read_as_templates() -> None:
    assert Catalogue("en").ui("table.worse", names="{names.__class__}") == "WORSE after the changes: {names.__class__}"


@pytest.mark.parametrize("rule", precedence.RULES, ids=lambda rule: rule.id)
def test_a_japanese_title_says_the_cause_and_then_what_to_do(rule: Rule) -> None:
    titles = [MESSAGES["ja"][text.message.id] for text in rule.texts.values() if text[0].isupper()]
    assert [title for title in titles if not re.fullmatch(JAPANESE_TITLE, title)] == []
