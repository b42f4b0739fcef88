"""Texts from which only what is certain is removed."""

from __future__ import annotations

from copydesk.contracts.articles import CleanedArticle
from unit.cleaner.articles import BODY, Clean, article, reasons

GERMAN = [
    "Der Stadtrat hat am Dienstag beschlossen, die Hafenbrücke im Mai zu öffnen, die seit dem Sturm geschlossen ist.",
    "„Wir öffnen sie im Mai und keinen Tag später“, sagte die Bürgermeisterin Anna Berg nach der langen Sitzung.",
    "Über die Brücke fahren täglich neuntausend Autos, und die Händler am Nordufer klagten über leere Läden dort.",
]


def abstains(result: CleanedArticle, why: str) -> bool:
    return result.cleaning.uncertain and f"only what is certain was removed: {why}" in result.cleaning.warnings


def test_a_language_without_evidence_is_left_alone_but_for_known_lines(clean: Clean) -> None:
    lines = [*GERMAN, "Mehr zum Thema", "Lesen Sie auch: Hafen", "Foto: Jo Park/Reuters", "Facebook"]
    result = clean(article("\n".join(lines), language="de"))
    assert abstains(result, "no evidence for its language")
    assert result.text == "\n\n".join([*GERMAN, *lines[4:6]])
    assert "Mehr zum Thema" in reasons(result)


def test_a_live_blog_is_left_alone(clean: Clean) -> None:
    entries = [f"{9 + k}:1{k} GMT The council is still sitting, says a reporter in the hall" for k in range(8)]
    lines = [BODY[0], *entries, "Read more", "Share"]
    result = clean(article("\n".join(lines)))
    assert all(entry in result.text for entry in entries)
    assert "Read more" in reasons(result)


def test_a_recipe_is_left_alone(clean: Clean) -> None:
    lines = [
        BODY[0],
        "Ingredients",
        "200g flour",
        "2 tbsp butter",
        "1 cup milk",
        "3 cloves garlic",
        "1 tsp salt",
        "Method",
    ]
    result = clean(article("\n".join(lines)))
    assert result.text == "\n\n".join(lines)


def test_a_table_is_left_alone(clean: Clean) -> None:
    rows = [f"{k} {90 - k} 1:{k:02}" for k in range(1, 20)]
    result = clean(article("\n".join([BODY[0], *rows])))
    assert all(row in result.text for row in rows)
