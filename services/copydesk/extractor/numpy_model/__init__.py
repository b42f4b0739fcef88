"""The language model in numpy: spaCy's weights and spaCy's answers, in a third of spaCy's time.

spaCy advances parser and entity recogniser token by token through a state machine, which in the wheels since 3.8.8
takes and drops the interpreter's lock up to three times for each of 74 moves. Most of that work can be done for all
tokens at once:

- `encoding`: the embedding and the convolutions of a tok2vec, as products of whole articles.
- `word_rows`: the embedded rows of words, kept from article to article.
- `recogniser`: the names, decoded from scores of all tokens.
- `parser`: the parser on top, with spaCy's own loop for heads and labels.

Nothing here imports spaCy: the modules read the layers of a loaded pipeline. `nlp.load_parser` compares the answers
with spaCy's before it uses them (ADR 0017).
"""
