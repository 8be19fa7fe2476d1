# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which client setup key belongs to which installation."""

from __future__ import annotations

import re

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._reference import client_keys


@pytest.mark.parametrize(
    ("edition_id", "sku", "build", "partial", "certainty"),
    [
        ("ServerStandard", 7, 26100, "MY832", "verified"),
        ("ServerDatacenter", 8, 26100, "YP6DF", "verified"),
        ("ServerTurbine", 407, 26100, "8MCRC", "community"),
        ("ServerTurbineCor", 407, 20348, "KHMXV", "community"),
        ("ServerDatacenter", 8, 20348, "6VM33", "verified"),
        ("ServerStandard", 7, 17763, "J464C", "verified"),
        ("ServerStandardACor", 146, 17763, "724CC", "community"),
        ("ServerSolution", 50, 14393, "4M63B", "unverified"),
        ("ServerDatacenter", 8, 14393, "8XDDG", "verified"),
        ("ServerDatacenter", 8, 9600, "Q3VJ9", "verified"),
        ("ServerDatacenter", 8, 9200, "8W83P", "verified"),
        ("ServerStandard", 13, 7601, "R7VHC", "verified"),
        ("Enterprise", 4, 22631, "2YT43", "community"),
        ("Enterprise", 4, 26200, "2YT43", "community"),
        ("Professional", 48, 9600, "9D6T9", "community"),
        ("EnterpriseS", 125, 10240, "76DF9", "community"),
        ("EnterpriseS", 125, 14393, "QJ4BJ", "community"),
        ("EnterpriseS", 125, 17763, "J462D", "community"),
        ("EnterpriseS", 125, 26100, "J462D", "community"),
        ("serverdatacenter", None, 20348, "6VM33", "verified"),
        (None, 8, 20348, "6VM33", "verified"),
        ("ServerDatacenter", 12, 7601, "7M648", "verified"),
        ("ServerEnterprise", 14, 7601, "CPX3Y", "unverified"),
    ],
)
def test_the_key_follows_edition_and_build(
    edition_id: str | None, sku: int | None, build: int, partial: str, certainty: str
) -> None:
    choice = client_keys.choose(edition_id, sku, build)
    assert choice.refusal is None
    assert choice.key is not None
    assert (choice.key.partial, choice.key.certainty) == (partial, certainty)


@pytest.mark.parametrize(
    ("edition_id", "sku", "build", "refusal"),
    [
        ("ServerStandardEval", 79, 20348, "evaluation"),
        ("ServerDatacenterEval", 80, 20348, "evaluation"),
        ("ServerDatacenterEvalCor", None, 20348, "evaluation"),
        ("EnterpriseEval", 72, 22631, "evaluation"),
        ("ServerDatacenter", 80, 20348, "evaluation"),
        ("ServerRdsh", 175, 22631, "multi_session"),
        ("Enterprise", 175, 22631, "multi_session"),
        (None, 175, 22631, "multi_session"),
        ("EnterpriseN", 84, 22631, "evaluation"),
        ("EnterpriseS", 129, 19044, "evaluation"),
        ("ServerSolution", 50, 20348, "not_published"),
        ("ServerDatacenter", 8, 25398, "not_published"),
        ("ServerDatacenter", 8, 27000, "not_published"),
        ("Core", 101, 22631, "not_published"),
        ("ServerAzureStackHCICor", 406, 20349, "unknown_edition"),
        ("ServerWhatever", 8, 20348, "unknown_edition"),
        ("ServerDatacenter", 7, 20348, "unknown_edition"),
        ("ServerStandard", 8, 20348, "unknown_edition"),
        ("ServerDatacenter", 9999, 20348, "unknown_edition"),
        ("ServerTurbineCor", 8, 20348, "unknown_edition"),
        ("ServerSolution", None, 14393, "unknown_edition"),
        (None, 50, 14393, "unknown_edition"),
        ("ProfessionalE", None, 7601, "unknown_edition"),
        ("ServerDatacenter", 8, None, "unknown_edition"),
        (None, None, 20348, "unknown_edition"),
        ("", 9999, 20348, "unknown_edition"),
    ],
)
def test_no_key_is_guessed(edition_id: str | None, sku: int | None, build: int | None, refusal: str) -> None:
    assert client_keys.choose(edition_id, sku, build) == client_keys.Choice(None, refusal)


def test_every_row_is_a_key_and_no_two_rows_answer_the_same_question() -> None:
    assert len({key.key for key in client_keys.KEYS}) == 78
    for key in client_keys.KEYS:
        assert re.fullmatch(r"[A-Z0-9]{5}(-[A-Z0-9]{5}){4}", key.key)
        assert key.certainty in {"verified", "community", "unverified"}
        same = [
            other
            for other in client_keys.KEYS
            if other.edition_id == key.edition_id
            and other.first_build <= key.last_build
            and key.first_build <= other.last_build
        ]
        assert same == [key]
