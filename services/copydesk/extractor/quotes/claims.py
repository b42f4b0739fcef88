"""Words that the subject of a sentence passes on or denies: somebody's claim, a denial, what was not said."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.quotes.attribution import (
    CLAUSE_CUE,
    WORD_ORDER,
    Attribution,
    build_cue,
    build_mention,
    find_cues,
)
from copydesk.extractor.syntax import Parse

_NOUNS = frozenset({"dobj", "pobj", "nsubj", "nsubjpass", "conj"})
_CLAUSES = frozenset({"acl", "relcl", "ccomp"})
_OPENING = frozenset({":", ","})


def find_claim(  # noqa: PLR0917 - a quotation, its sentence and the words of the language
    parse: Parse,
    quotation: tuple[int, int],
    window: tuple[int, int],
    segment_of: Sequence[int],
    paragraph: int,
    lexicon: Lexicon,
) -> Attribution | None:
    """The attribution by a noun for somebody's words: "dismissed Holt's claim that it was "a mess"": Holt.

    Without a source ("denied claims that ...") the words are nobody's. A cue between the noun and the quotation
    decides itself, and a pronoun before the noun ("repeated his claim that") leaves it to the verb.

    Args:
        parse: The paragraph.
        quotation: Tokens of the quotation.
        window: Tokens of its sentence before it.
        segment_of: Index of the quoted segment of each token; -1 outside quotation marks.
        paragraph: Index of the paragraph.
        lexicon: The nouns, and the verbs of denial.
    """
    nouns = lexicon.speech.claim_nouns
    tokens = [t for t in range(*window) if segment_of[t] < 0 and parse.lower[t] in nouns and parse.deps[t] in _NOUNS]
    noun = next((token for token in reversed(tokens) if _holds(parse, token, quotation, lexicon)), None)
    if noun is None or any(noun < cue for cue in find_cues(parse, *window, segment_of, lexicon)):
        return None
    verb = parse.heads[noun]
    is_denial = lexicon.speech.guess_lemma(parse.lower[verb]) in lexicon.speech.denial_lemmas
    source = parse.child(noun, "poss")
    if source is not None and parse.name_at(source) is None and not parse.children[source] and not is_denial:
        return None
    if source is None:
        for child in parse.children[noun]:
            if child > noun and parse.lower[child] in lexicon.speech.source_prepositions:
                source = parse.child(child, "pobj")
    if source is not None and source < window[1]:
        return Attribution(build_mention(parse, source, paragraph, lexicon), None, "named", CLAUSE_CUE, noun)
    return Attribution(None, build_cue(parse, verb, lexicon), "named", WORD_ORDER, verb) if is_denial else None


def _holds(parse: Parse, noun: int, quotation: tuple[int, int], lexicon: Lexicon) -> bool:
    """Return whether a quotation stands in the clause of a noun, or after its "as": Holt's description of it as."""
    clauses = (child for child in parse.children[noun] if parse.deps[child] in _CLAUSES)
    if any(parse.left[clause] <= quotation[0] <= parse.right[clause] + 1 for clause in clauses):
        return True
    is_owned = parse.child(noun, "poss") is not None
    return is_owned and parse.lower[quotation[0] - 1] == lexicon.speech.put_opener


def is_denied(parse: Parse, cue: int, quotation: tuple[int, int], lexicon: Lexicon) -> bool:
    """Return whether a cue says that its clause was not said or is not true: denied that, did not say.

    Args:
        parse: The paragraph.
        cue: Token of the cue.
        quotation: Tokens of the quotation.
        lexicon: The verbs of denial.
    """
    if parse.words[quotation[0] - 1] in _OPENING:
        return False  # Lee denied it: "I was at home."
    if parse.child(cue, "neg") is not None:
        return True
    clause = parse.child(cue, "ccomp", "xcomp")
    is_denial = lexicon.speech.guess_lemma(parse.lower[cue]) in lexicon.speech.denial_lemmas
    return is_denial and clause is not None and parse.left[clause] <= quotation[0] <= parse.right[clause] + 1
