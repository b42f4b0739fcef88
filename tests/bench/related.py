"""Related articles without a broker, speed and state: `python tests/bench/related.py ../shared/data/feed/dev.jsonl.xz`.

The articles are those of the feed (`../shared/data/feed`), their quotations what stands in quotation marks. With
`--copies N` every article comes N times more, cut and under another site's lead.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rocksdict import Options, Rdict

from copydesk.contracts.related import ArticleKeys, QuotedWords
from copydesk.related.copies import pack_fingerprints
from copydesk.related.fingerprints import fingerprint
from copydesk.related.rows import text_key
from copydesk.related.tracing import Tracer

_find_quotes = re.compile(r"[“\"]([^“”\"\n]{20,600})[”\"]").findall


def make_keys(document: dict[str, Any], copy: int) -> ArticleKeys:
    """Keys of an article, or of its n-th copy."""
    words = document["text"].split(" ")
    text = document["text"] if copy == 0 else f"Report {copy} from our own desk.\n{' '.join(words[: -20 * copy])}"
    at = datetime.fromisoformat(document["published_at"])
    quotes = [one for one in _find_quotes(text) if len(one.split()) >= 4]
    return ArticleKeys(
        id=f"{document['id']}/{copy}", site=f"{document['site']}/{copy}" if copy else document["site"],
        title=document["title"], published_at=round(1000 * at.timestamp()),
        fingerprints=pack_fingerprints(fingerprint(text)), text=text[:20_000], text_sha256=document["id"],
        quotes=tuple(QuotedWords(id=f"q{number}", text=one) for number, one in enumerate(quotes[:100])),
    )  # fmt: skip


def read(feed: Path, copies: int) -> Iterator[ArticleKeys]:
    """Articles of the feed in the order of their dates, the copies behind each."""
    with lzma.open(feed, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    for document in sorted(documents, key=lambda one: (one["published_at"] or "", one["id"])):
        if document["published_at"]:
            yield from (make_keys(document, copy) for copy in range(copies + 1))


def measure_folder(rows: dict[bytes, bytes]) -> int:
    """Bytes of these rows in a RocksDB folder after compaction."""
    folder = tempfile.mkdtemp()
    options = Options(raw_mode=True)
    options.create_if_missing(True)  # noqa: FBT003 - RocksDB's signature
    store = Rdict(folder, options)
    for key, value in rows.items():
        store.put(key, value)
    store.flush()
    store.compact_range(None, None)
    size = int(store.property_value("rocksdb.total-sst-files-size") or 0)
    store.close()
    shutil.rmtree(folder)
    return size


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feed", type=Path)
    parser.add_argument("--copies", type=int, default=0)
    arguments = parser.parse_args()
    begin = time.process_time()
    keys = list(read(arguments.feed, arguments.copies))
    made = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracer = Tracer()
    for one in keys:
        tracer.add_keys(one)
    done = time.process_time()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    rows = dict(tracer.rows)
    texts = {text_key(one.id) for one in keys}
    groups = sum(one.group is not None for one in tracer.articles())
    utterances = sum(1 for _ in tracer.utterances())
    told = time.process_time()
    count, quotes = len(keys), sum(len(one.quotes) for one in keys)
    print(  # noqa: T201 - the figures are what one runs this for
        f"{count} articles, {sum(len(one.text.split()) for one in keys) / count:.0f} words, "
        f"{quotes / count:.1f} quotations each; {groups} groups, {utterances} utterances\n"
        f"CPU ms an article: keys {1000 * (made - begin) / count:.2f}, index {1000 * (done - made) / count:.2f}, "
        f"documents at the end {1000 * (told - done) / count:.2f}: {count / (told - begin):.0f} articles/s\n"
        f"memory: {1024 * grown / count:.0f} bytes an article; on disk {measure_folder(rows) / count:.0f}, without the "
        f"texts {measure_folder({key: value for key, value in rows.items() if key not in texts}) / count:.0f}"
    )


if __name__ == "__main__":
    main()
