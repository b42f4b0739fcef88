"""Captions and credits."""

from __future__ import annotations

from unit.cleaner.articles import BODY, TITLE, Clean, article


def test_caption_and_credit_are_published_once_each(clean: Clean) -> None:
    caption = "Mayor Anna Berg at the harbour bridge"
    lines = [TITLE, caption, f"{caption} Jo Park AP Getty Images", *BODY]
    result = clean(article("\n\n".join(lines)))
    assert result.text == "\n\n".join(BODY)
    assert result.captions == (caption,)
    assert result.credits == ("Jo Park AP Getty Images",)
