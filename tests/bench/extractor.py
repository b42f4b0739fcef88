"""Cost of the extractor beside its own language model, and its findings beside others'.

    python tests/bench/extractor.py                  words per CPU-second, beside bare nlp.pipe on the same paragraphs
    python tests/bench/extractor.py --quality        quotations and speakers, one scorer for all

Both read the development data beside the repository (`--data`); textacy is measured where it is installed (the lock
infra/docker/locks/bench.txt has it). Nothing is asserted. Read the ratios: the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one worker has one core

sys.path.insert(0, str(Path(__file__).parents[1]))

import spacy
from spacy.language import Language

from bench.rows import beside, miss, show
from copydesk.extractor import ExtractorSettings, load
from copydesk.extractor.nlp import BATCH, MODELS, UNUSED, load_pipeline
from harness.cleaned import as_cleaned

SHARED = Path(__file__).parents[3] / "shared"
MODEL = "md"

Record = dict[str, Any]


def main() -> None:
    """Measure, print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="development data and scorers")
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--articles", type=int, default=24, help="for the speed; every nth of the set")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    data = asked.shared / "data" / "quotes" / "dev.jsonl"
    if not data.is_file():
        sys.exit(f"no {data}: --shared names the folder with data/ and score/")
    records = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    warnings.filterwarnings("ignore", message=r"\[W095\]")
    if asked.quality:
        compare_quality(records, asked.shared)
    else:
        compare_speed(records[:: max(1, len(records) // asked.articles)], asked.rounds)


def say(line: str) -> None:
    """One line."""
    print(line, flush=True)  # noqa: T201 - a command


# ------------------------------------------------------------------------------------------ speed


def compare_speed(records: Sequence[Record], rounds: int) -> None:
    """All in turn, round after round, so that whatever else runs here slows them alike."""
    words = sum(len(record["text"].split()) for record in records)
    runs: dict[str, Callable[[], object]] = {
        "bare nlp.pipe, the same components": bare(records, spacy.load(MODELS[MODEL], exclude=list(UNUSED))),
        "bare nlp.pipe, set up as the stage has it": bare(records, load_pipeline(MODEL)),
    }
    for mode in ("all", "quoting"):
        runs[f"copydesk, parse={mode}"] = stage(records, ExtractorSettings(model=MODEL, parse=mode))
    if (textacy := find_textacy()) is not None:
        runs["textacy direct_quotations"] = lambda: [list(textacy(record["text"])) for record in records]
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()  # once, unmeasured: caches fill, memory is taken
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            run()
            seconds[name].append(time.process_time() - start)
    title = f"extractor: {len(records)} articles, {words:,} words, model {MODEL}, {rounds} rounds"
    show(title, ("words/CPU-s", "CPU time, bare nlp.pipe's is 1"), beside(seconds, words, base=next(iter(seconds))))


def bare(records: Sequence[Record], nlp: Language) -> Callable[[], object]:
    """The model alone on the same paragraphs, with the components that the stage uses."""

    def run() -> None:
        for record in records:
            with nlp.memory_zone():
                for _ in nlp.pipe([line for line in record["text"].split("\n") if line.strip()], batch_size=BATCH):
                    pass

    return run


def stage(records: Sequence[Record], settings: ExtractorSettings) -> Callable[[], object]:
    """The whole stage, from a cleaned article to the bytes of the extracted one."""
    process = load(settings)
    articles = [as_cleaned(record) for record in records]
    return lambda: [process(article).write() for article in articles]


def find_textacy() -> Callable[[str], Iterator[Any]] | None:
    """Textacy on spaCy's full pipeline, which it asks for; articles that it refuses yield nothing."""
    try:
        from textacy.extract.triples import direct_quotations  # type: ignore[import-not-found]
    except ImportError:
        miss("textacy: it is not installed here (infra/docker/locks/bench.txt has it)")
        return None
    nlp = spacy.load(MODELS[MODEL])

    def run(text: str) -> Iterator[Any]:
        doc = nlp(text)
        try:
            yield from direct_quotations(doc)
        except ValueError:  # an odd number of marks
            return

    return run


# ------------------------------------------------------------------------------------------ quality


def compare_quality(records: Sequence[Record], shared: Path) -> None:
    """Quotations and speakers of each system on the whole set."""
    sys.path.insert(0, str(shared / "score"))
    sys.dont_write_bytecode = True
    import score_quotes  # type: ignore[import-not-found]

    say(
        f"{len(records)} articles; quoted F: overlap .3, .8, exact; speaker right, wrong; found (.8) with right speaker"
    )
    systems: dict[str, Callable[[Record], Record]] = {"regular expressions": by_regex}
    if (textacy := find_textacy()) is not None:
        systems["textacy direct_quotations"] = lambda record: by_textacy(record, textacy)
    process = load(ExtractorSettings(model=MODEL))
    systems["copydesk"] = lambda record: json.loads(process(as_cleaned(record)).write())
    for name, system in systems.items():
        found = [system(record) for record in records]
        score = score_quotes.score(records, score_quotes.adapt(records, found)[0])
        tell(name, score)
        outlets = sorted({record["outlet"] for record in records})
        for outlet in outlets if name == "copydesk" else ():
            some = [record for record in records if record["outlet"] == outlet]
            tell(f"  {outlet}", score_quotes.score(some, score_quotes.adapt(some, found)[0]))


def tell(name: str, score: Record) -> None:
    """One line of the table."""
    spans = " ".join(f"{score[criterion]['quoted']['F']:.3f}" for criterion in ("ov30", "ov80", "exact"))
    speaker = score["ov30"]["speaker_quoted"]
    both = score["cases"]["all"][1]
    say(f"{name:26} {spans}   {speaker['right']:.3f} {speaker['wrong']:.3f}   {both:.3f}")


_QUOTED = re.compile(r"“[^“”\n]+”?|\"[^\"\n]+\"|''[^\n]+?''")
_WHO = r"(?P<who>[Hh]e|[Ss]he|(?:[A-Z][\w.’'-]+ ){0,3}[A-Z][\w’'-]+)"
_SAID = r"(?:said|says|told|added|wrote|asked|tweeted)"
_BESIDE = (re.compile(rf"[,.]?\s*{_SAID}\s{_WHO}"), re.compile(rf"[,.]?\s*{_WHO}\s{_SAID}\b"))


def by_regex(record: Record) -> Record:
    """The script that a newsroom writes in an afternoon: a pair of marks, then "said X" or "X said"."""
    text, quotes = record["text"], []
    for match in _QUOTED.finditer(text):
        if len(match.group().split()) < 4:
            continue
        beside = next((found for pattern in _BESIDE if (found := pattern.match(text, match.end()))), None)
        speaker = None
        if beside is not None:
            speaker = {"start": beside.start("who"), "end": beside.end("who"), "text": beside["who"]}
        quotes.append({"start": match.start(), "end": match.end(), "type": "direct", "speaker": speaker, "cue": None})
    return {"id": record["id"], "quotes": quotes}


def by_textacy(record: Record, textacy: Callable[[str], Iterator[Any]]) -> Record:
    """Its triples of speaker, cue, content."""
    quotes = []
    for triple in textacy(record["text"]):
        first, last = triple.speaker[0], triple.speaker[-1]
        begin, end = first.idx, last.idx + len(last)
        quotes.append(
            {
                "start": triple.content.start_char,
                "end": triple.content.end_char,
                "type": "direct",
                "speaker": {"start": begin, "end": end, "text": record["text"][begin:end]},
                "cue": None,
            }
        )
    return {"id": record["id"], "quotes": quotes}


if __name__ == "__main__":
    main()
