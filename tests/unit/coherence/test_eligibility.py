"""Statuses of articles that cannot be scored."""

from __future__ import annotations

import pytest

from unit.coherence.articles import SENTENCE, check_document, plain_article, score


@pytest.mark.parametrize(
    ("paragraphs", "status"),
    [
        ([], "no_text"),
        ([" \u200b\u202e", "\x00\x07"], "no_text"),
        (["Word"], "too_short"),
        ([SENTENCE], "too_short"),
        ([SENTENCE * 50], "too_short"),
        ([SENTENCE, SENTENCE], "too_short"),
        (["12 34", "--", "***", "99"] * 3, "too_short"),
        (["“", "”", '"', "..."], "too_short"),
        (["市長が演説しました。新しい予算について話しました。"] * 6, "unsupported_language"),
        (["สภาเมืองประชุมเมื่อเย็นวันอังคาร"] * 6, "unsupported_language"),
        ([SENTENCE] * 12, "ok"),
        (
            ["Городской совет собрался во вторник вечером, чтобы утвердить бюджет библиотеки и её сотрудников."] * 5,
            "ok",
        ),
        (["a\u200b\u202e😀 b", "\x07", "e\u0301" * 3000] * 3, "too_short"),
    ],
)
def test_status_of_odd_input(paragraphs: list[str], status: str) -> None:
    result = score(plain_article(paragraphs))
    assert result.coherence.status == status
    check_document(result)


def test_an_article_without_a_kept_block_has_no_score() -> None:
    result = score(plain_article([SENTENCE] * 5, [True] * 5))
    assert result.coherence.status == "no_text"
