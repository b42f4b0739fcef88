"""Cost of reading files of articles: a crawl, a table and Parquet, made here; articles a CPU second, and memory.

python tests/bench/reading.py [--small]
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from copydesk.files.documents import InputDocument
from copydesk.files.formats import read_file

WORDS = (
    "the", "harbour", "council", "said", "on", "Monday", "that", "a", "bridge", "over", "river", "would", "open",
    "after", "long", "delay",
)  # fmt: skip
LARGEST = 5 * 1024**2
Rows = Iterator[tuple[str, str, str]]


def articles(number: int, paragraphs: int) -> Rows:
    """Address, title and text of articles; words in random order, so that they compress as news does, or worse."""
    chance = random.Random(7)
    for count in range(number):
        words = [" ".join(chance.choices(WORDS, k=60)) + "." for _ in range(paragraphs)]
        yield f"https://example.org/{count}", " ".join(chance.choices(WORDS, k=8)), "\n\n".join(words)


def write_crawl(path: Path, rows: Rows) -> None:
    """A crawl, each record compressed, as crawlers write it."""
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for url, title, text in rows:
            paragraphs = text.replace("\n\n", "</p><p>")
            body = f"<html><title>{title}</title><body><p>{paragraphs}</p></body></html>".encode()
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            writer.write_record(writer.create_warc_record(url, "response", payload=BytesIO(body), http_headers=head))


def write_table(path: Path, rows: Rows) -> None:
    """A CSV table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["url", "title", "maintext"])
        table.writerows(rows)


def write_parquet(path: Path, rows: Rows) -> None:
    """Parquet with pyarrow's own settings: row groups of up to a million rows."""
    columns = dict(zip(("url", "title", "maintext"), map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), path)


FILES: dict[str, tuple[Callable[[Path, Rows], None], int, int]] = {
    "crawl.warc.gz": (write_crawl, 20_000, 8),
    "table.csv": (write_table, 75_000, 4),
    "table.parquet": (write_parquet, 100_000, 4),
}
"""Files by name: what makes one, number of articles, paragraphs an article."""


def read(path: Path) -> None:
    """Read a file to its end, and print what that took."""
    list(read_file(path.with_name(f"none{path.suffix}"), Path("none"), largest=1, columns={}))  # it is missing
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is that of the parent until now
    began, before = time.process_time(), peak()
    count = sum(isinstance(one, InputDocument) for one in read_file(path, Path(path.name), largest=LARGEST, columns={}))
    seconds, most = time.process_time() - began, peak()
    sys.stdout.write(json.dumps({"articles": count, "seconds": seconds, "more": most - before, "most": most}) + "\n")


def peak() -> int:
    """Most memory that this process had in RAM, KiB."""
    return int(Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0])


def main() -> None:
    """Make each file, read it in a process of its own, and print a row of the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="A fiftieth of the articles.")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        read(arguments.read)
        return
    print("| file | MB | articles | articles/CPU-s | MiB at most | of them for the file |")  # noqa: T201
    print("| --- | ---: | ---: | ---: | ---: | ---: |")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        for name, (write, number, paragraphs) in FILES.items():
            path = Path(folder) / name
            write(path, articles(number // (50 if arguments.small else 1), paragraphs))
            done = subprocess.run(
                [sys.executable, __file__, "--read", path], check=True, capture_output=True, text=True, timeout=600
            )
            seen = json.loads(done.stdout)
            rate = seen["articles"] / seen["seconds"]
            print(  # noqa: T201
                f"| {name} | {path.stat().st_size / 1e6:.0f} | {seen['articles']:,} | {rate:,.0f}"
                f" | {seen['most'] / 1024:.0f} | {seen['more'] / 1024:.0f} |"
            )


if __name__ == "__main__":
    main()
