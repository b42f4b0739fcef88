"""Trains the classifiers of the stage: `python -m copydesk.coherence.train DATA` (extra `train`).

    DATA                  folder of the development data
    --out FILE            the file of the model (default: beside this file)
    --out-of-fold FILE    instead: scored articles as NDJSON, each by a model that never saw its source
    --minilm              the classifiers for vectors of the sentence model (10 CPU-minutes)

Sources: g5 (`coherence/intrusion.jsonl`), the pages of scrapinghub's benchmark (`aeb` there, `residue.jsonl`, half of
`cleaning/dev.jsonl`), the pages of the newspaper4k data set (the other half), and three parts of `feed`, by site. BBC
and Choi train nothing.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from copydesk.coherence.classifiers import FILE, MINILM_FILE, Representation, parse_model
from copydesk.coherence.coefficients import Coefficients, read_coefficients
from copydesk.coherence.features import Encoder
from copydesk.coherence.loading import load_sentence_encoder
from copydesk.coherence.scoring import Scorer
from copydesk.coherence.settings import CoherenceSettings
from copydesk.coherence.training.data import read_documents, read_entities, read_judged
from copydesk.coherence.training.fitting import CachingEncoder, Example, fit_model, measure_documents
from copydesk.contracts.articles import ExtractedArticle
from copydesk.vectors import load as load_vectors

Judged = Iterable[tuple[str, ExtractedArticle]]
"""Articles that the scorers judge, each with its source."""

OUT_OF_FOLD: dict[Representation, tuple[Representation, ...]] = {
    "words": ("words",),
    "vectors": ("vectors", "words"),
    "minilm": ("vectors", "words", "minilm"),
}
"""Representations of an out-of-fold run. Those of words judge texts that are not English in every run."""


def write_out_of_fold(
    out: Path,
    judged: Judged,
    examples: dict[Representation, list[Example]],
    coefficients: Coefficients,
    sentences: Encoder | None,
) -> None:
    """Write each article as scored by a model that did not see its source.

    Articles of other sources than those of the examples (BBC) are scored by the model that saw all.
    """
    vectors = load_vectors() if "vectors" in examples else None
    settings = CoherenceSettings(minilm=sentences is not None)
    judged = list(judged)
    trained = {example.document.source for measured in examples.values() for example in measured}
    sources = sorted(trained & {source for source, _ in judged})
    scorers = {}
    for source in [*sources, None]:
        model = parse_model([msgspec.json.encode(fit_model(examples, coefficients, source))])
        scorers[source] = Scorer(settings, model, vectors, sentences)
    with out.open("wb") as file:
        for source, article in judged:
            scorer = scorers[source if source in sources else None]
            file.write(msgspec.json.encode(scorer.score(article)) + b"\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the model, or out-of-fold scores."""
    options = _parse_arguments(arguments)
    coefficients = read_coefficients()
    documents = read_documents(options.data)
    sentences = load_sentence_encoder() if options.minilm or options.representation == "minilm" else None
    encoders: dict[Representation, Encoder | None] = {"vectors": load_vectors(), "words": None}
    if sentences is not None:
        encoders["minilm"] = CachingEncoder(sentences)
    representations: tuple[Representation, ...] = ("minilm",) if options.minilm else ("vectors", "words")
    if options.out_of_fold:
        representations = OUT_OF_FOLD[options.representation]
    whole = [document for document in documents if not document.is_short]
    examples = {
        name: measure_documents(whole if name == "minilm" else documents, coefficients, encoders[name])
        for name in representations
    }
    if options.out_of_fold:
        judged = _read_judged(options.data, options.extracted)
        write_out_of_fold(options.out_of_fold, judged, examples, coefficients, sentences)
        return
    out = options.out or Path(__file__).with_name(MINILM_FILE if options.minilm else FILE)
    data = msgspec.json.encode(fit_model(examples, coefficients, None)) + b"\n"
    out.write_bytes(data)
    print(f"{out.name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")  # noqa: T201 - a command


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="folder of the development data")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: beside this file")
    parser.add_argument("--out-of-fold", type=Path, metavar="FILE")
    parser.add_argument(
        "--sight", dest="representation", choices=list(OUT_OF_FOLD), default="vectors",
        help="representation of the units, for --out-of-fold",
    )  # fmt: skip
    parser.add_argument("--extracted", type=Path, metavar="FILE", help="for --out-of-fold; NDJSON of the extractor")
    parser.add_argument("--minilm", action="store_true")
    return parser.parse_args(arguments)


def _read_judged(data: Path, extracted: Path | None) -> Judged:
    """The articles that the scorers judge, with the extractor's entities if they are given."""
    judged = read_judged(data)
    if extracted is None:
        return judged
    entities = read_entities(extracted)
    return ((source, msgspec.structs.replace(article, entities=entities[article.id])) for source, article in judged)


if __name__ == "__main__":
    main()
