"""Words of a text, and the cache of their properties."""

from __future__ import annotations

from copydesk.coherence.coefficients import read_coefficients
from copydesk.coherence.words import Vocabulary, find_tokens
from copydesk.vectors.word_cache import GENERATION


def test_vowel_signs_and_accents_on_their_own_do_not_split_words() -> None:
    hindi = "नगर परिषद ने मंगलवार को बंदरगाह का पुल फिर से खोलने का निर्णय लिया।"
    assert len(find_tokens(hindi)) == len(hindi.split())
    accented = "cafe\u0301s l'e\u0301te\u0301"
    assert [word for word, _ in find_tokens(accented)] == accented.split()


def test_the_cache_of_words_is_bounded_and_keeps_words_that_come_again() -> None:
    vocabulary = Vocabulary(read_coefficients())
    bridge = vocabulary["Bridges"]
    for number in range(3 * GENERATION):
        vocabulary[f"word{number}"]
        if number % 1_000 == 0:
            assert vocabulary["Bridges"] is bridge
    assert bridge.stem == "bridge"
    assert len(vocabulary) <= GENERATION
    assert len(vocabulary.old) <= GENERATION
