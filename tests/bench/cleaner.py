"""Figures and cost of the cleaner beside public extractors and line filters, on the same labelled articles.

`make bench-cleaner` measures CPU time; `python tests/bench/cleaner.py --quality` prints the table of figures instead.
Runs in the environment of infra/docker/locks/bench.txt, for the peers are no dependencies of copydesk. HTML extractors
get each block of the plain text as a <p>. Rounds are interleaved; read the ratios.
"""

from __future__ import annotations

import argparse
import html
import importlib
import json
import logging
import lzma
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one worker has one core

sys.path.insert(0, str(Path(__file__).parents[1]))

import trafilatura

from bench.rows import beside, miss, show

ROOT = Path(__file__).parents[2]
ROUNDS = 5
Keep = Callable[[list[str]], list[bool]]


def say(line: str) -> None:
    """One line."""
    print(line, flush=True)  # noqa: T201 - a command


def wrap(blocks: Sequence[str]) -> str:
    """The blocks as a page of paragraphs."""
    return (
        "<html><body><article>"
        + "".join(f"<p>{html.escape(block)}</p>" for block in blocks)
        + "</article></body></html>"
    )


def among(blocks: Sequence[str], text: str) -> list[bool]:
    """Flags of the blocks that a text contains, white space apart."""
    squashed = "".join(text.split())
    return ["".join(block.split()) in squashed for block in blocks]


def peers() -> dict[str, Keep]:
    """Blocks that each peer keeps. A peer that is not installed is named and left out."""
    found = {"trafilatura": by_trafilatura()}  # the cleaner's own dependency
    for name, load in {"jusText": by_justext, "boilerpy3": by_boilerpy3, "C4 lines (datatrove)": by_c4}.items():
        try:
            found[name] = load()
        except ImportError as error:
            miss(f"{name}: {error}; it is in an environment of infra/docker/locks/bench.txt (make bench-cleaner)")
    return found


def by_trafilatura() -> Keep:
    """Text of the page by trafilatura."""
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return lambda blocks: among(blocks, trafilatura.extract(wrap(blocks), include_comments=False) or "")


def by_justext() -> Keep:
    """The paragraphs that jusText calls good."""
    justext: Any = importlib.import_module("justext")
    english = justext.get_stoplist("English")

    def keep(blocks: list[str]) -> list[bool]:
        kept = "\n".join(p.text for p in justext.justext(wrap(blocks), english) if not p.is_boilerplate)
        return among(blocks, kept)

    return keep


def by_boilerpy3() -> Keep:
    """Text of the page by boilerpipe's rules for articles."""
    article: Any = importlib.import_module("boilerpy3.extractors").ArticleExtractor(raise_on_failure=False)
    return lambda blocks: among(blocks, article.get_content(wrap(blocks)) or "")


def by_c4() -> Keep:
    """C4's line rules alone: what they say of the whole document is no cleaning."""
    filters: Any = importlib.import_module("datatrove.pipeline.filters.c4_filters")
    data: Any = importlib.import_module("datatrove.data")
    lines = filters.C4QualityFilter(
        min_num_sentences=-1, remove_citations=False, filter_lorem_ipsum=False, filter_curly_bracket=False
    )

    def keep(blocks: list[str]) -> list[bool]:
        document = data.Document(text="\n".join(blocks), id="")
        lines.filter(document)
        kept = set(document.text.split("\n"))
        return [block.strip() in kept for block in blocks]

    return keep


def measure_speed(records: Sequence[dict[str, Any]], shared: Path) -> None:
    """CPU time of each over the articles, and of the HTML route beside trafilatura alone."""
    from copydesk.cleaner import CleanerSettings, load
    from copydesk.contracts.articles import RawArticle

    clean = load(CleanerSettings())
    articles = [RawArticle(id=r["id"], text=r["raw_text"], title=r["title"] or None, language="en") for r in records]
    blocks = [[" ".join(block["text"].split()) for block in r["blocks"]] for r in records]
    with lzma.open(shared / "data/html/dev.jsonl.xz", "rt", encoding="utf-8") as file:
        pages = [json.loads(line) for line in file][:60]
    raw_pages = [RawArticle(id=page["id"], html=page["html"], url=page["url"] or None) for page in pages]
    runs: dict[str, Callable[[], object]] = {"copydesk": lambda: [clean(article).write() for article in articles]}
    for name, keep in peers().items():
        runs[name] = lambda keep=keep: [keep(list(lines)) for lines in blocks]  # type: ignore[misc]  # a default binds it
    runs["copydesk, HTML"] = lambda: [clean(page).write() for page in raw_pages]
    runs["trafilatura, HTML (fast, with metadata)"] = lambda: [
        trafilatura.extract(page["html"], url=page["url"], fast=True, include_comments=False, with_metadata=True)
        for page in pages
    ]
    times: dict[str, list[float]] = {name: [] for name in runs}
    for round_ in range(ROUNDS + 1):
        for name, run in runs.items():
            begin = time.process_time()
            run()
            if round_:  # the first warms up
                times[name].append(time.process_time() - begin)
    columns = ("articles/CPU-s", "CPU time, copydesk's is 1")
    plain = {name: seconds for name, seconds in times.items() if "HTML" not in name}
    pages_of = {name: seconds for name, seconds in times.items() if "HTML" in name}
    show(f"cleaner: {len(articles)} texts, {ROUNDS} rounds", columns, beside(plain, len(articles), base="copydesk"))
    title = f"cleaner: {len(pages)} HTML pages, {ROUNDS} rounds"
    show(title, columns, beside(pages_of, len(pages), base="copydesk, HTML"))


def measure_quality(records: Sequence[dict[str, Any]], shared: Path) -> None:
    """The table: each on the labelled articles, by the scorer of the shared folder; copydesk out of fold."""
    gold = shared / "data/cleaning/dev.jsonl"
    say("| | noise left | body lost | noise-block F1 | articles losing a paragraph |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        further = map(str, sorted((shared / "data/cleaning_more").glob("*.jsonl.xz")))
        train = ["-m", "copydesk.cleaner.model.train", str(gold), "--further", *further, "--out-of-fold", str(out)]
        subprocess.run([sys.executable, *train], check=True)
        say(f"| copydesk, out of fold | {score(gold, out, 'copydesk', shared)} |")
        for name, keep in {"keep everything": lambda blocks: [True] * len(blocks), **peers()}.items():
            rows = []
            for record in records:
                verdicts = keep([" ".join(block["text"].split()) for block in record["blocks"]])
                spans = [[b["start"], b["end"]] for b, kept in zip(record["blocks"], verdicts, strict=True) if kept]
                rows.append(json.dumps({"id": record["id"], "kept": spans}))
            out.write_text("\n".join(rows))
            say(f"| {name} | {score(gold, out, 'spans', shared)} |")


def score(gold: Path, out: Path, kind: str, shared: Path) -> str:
    """The cells of one row."""
    command = [sys.executable, str(shared / "score/score_cleaning.py"), str(gold), str(out), "--format", kind, "--json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return " | ".join(f"{found[name]:.3f}" for name in ("noise_left", "body_lost", "noise_F1", "para_loss"))


def main() -> None:
    """Speed, or the table of quality."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="development data and scorers")
    parser.add_argument("--quality", action="store_true", help="the table of quality instead of speed")
    parser.add_argument("--limit", type=int, default=200, metavar="N", help="articles that are timed")
    asked = parser.parse_args()
    shared = asked.shared.resolve()
    lines = (shared / "data/cleaning/dev.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines if line]
    if asked.quality:
        measure_quality(records, shared)
    else:
        measure_speed(records[:: max(1, len(records) // asked.limit)], shared)


if __name__ == "__main__":
    main()
