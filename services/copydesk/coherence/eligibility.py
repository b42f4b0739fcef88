"""Articles that cannot be scored: no text, a script without spaces, too few words."""

from __future__ import annotations

from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.units import ArticleUnits
from copydesk.coherence.words import is_unspaced
from copydesk.contracts.articles import ExtractedArticle, Status


def check_text(article: ExtractedArticle, coefficients: Coefficients) -> Status | None:
    """Status of a text whose words cannot be read, or None.

    Words can be compared in any alphabet that puts spaces between them: not in Chinese, Japanese, Thai and similar
    scripts. The script decides, not the declared language, which is often wrong.
    """
    if not any(character.isprintable() and not character.isspace() for character in article.text):
        return "no_text"
    limits = coefficients.limits
    sample = article.text[: int(limits.script_sample)]
    return "unsupported_language" if is_unspaced(sample, limits.unspaced_share) else None


def is_too_short(article: ArticleUnits, coefficients: Coefficients) -> bool:
    """True if the published text has too few words, or too few units with words enough."""
    counts = [unit.word_count for unit in article.units if unit.kept]
    substantial = sum(count >= coefficients.limits.unit_words for count in counts)
    return substantial < coefficients.limits.least_units or sum(counts) < coefficients.limits.least_words
