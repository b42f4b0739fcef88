"""The limit on what may be removed."""

from __future__ import annotations

from copydesk.cleaner import CleanerSettings, load
from unit.cleaner.articles import BODY, Clean, article


def test_guard_keeps_the_least_noisy_of_nothing_but_noise(clean: Clean) -> None:
    lines = ["Share this article", "Advertisement", "Read more", "All rights reserved", "Subscribe to our newsletter"]
    result = clean(article("\n".join(lines)))
    assert result.text
    assert result.cleaning.uncertain


def test_guard_never_takes_more_than_the_setting_allows() -> None:
    boilerplate = [
        "Share this article",
        "Advertisement",
        "Read more",
        "Subscribe to our newsletter",
        "Related articles",
    ]
    lines = [BODY[0], *boilerplate * 8]
    raw = article("\n".join(lines), title="Nothing")
    total = sum(len(line.split()) for line in lines)
    for share in (0.2, 0.5, 0.7):
        result = load(CleanerSettings(max_removed_share=share))(raw)
        gone = sum(len((block.text or "").split()) for block in result.blocks if not block.kept)
        assert gone <= share * total
        assert result.cleaning.uncertain
        assert BODY[0] in result.text
