"""Labelled articles as training reads them."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

from copydesk.cleaner.model import labels
from copydesk.cleaner.model.labels import MAX_FURTHER_BLOCKS, Record


def record(name: str, lines: list[str], **fields: str) -> Record:
    blocks = [{"text": line, "start": 0, "end": len(line), "label": "body"} for line in lines]
    return {"id": name, "domain": "a.example", "raw_text": "\n\n".join(lines), "blocks": blocks, **fields}


def write(path: Path, records: list[Record]) -> Path:
    text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records).encode()
    path.write_bytes(lzma.compress(text) if path.suffix == ".xz" else text)
    return path


def test_a_record_ends_at_a_line_feed_only(tmp_path: Path) -> None:
    records = [record("p#1", ["The bridge\u2028is open.", "It was\u0085closed."]), record("q#1", ["The pier."])]
    assert labels.load(write(tmp_path / "plain.jsonl", records)) == records
    assert labels.load(write(tmp_path / "packed.jsonl.xz", records)) == records


def test_of_a_page_of_further_sites_the_first_scrape_is_taken_and_nothing_of_a_test_split(tmp_path: Path) -> None:
    first, second = record("p#tight", ["The bridge is open."]), record("p#window", ["The bridge is open.", "Share"])
    records = [
        record("p#ptags", ["A line."] * (MAX_FURTHER_BLOCKS + 1)),
        first,
        second,
        record("q#tight", ["The pier is shut."], split="test"),
        record("r#tight", ["Two lines\nare one label."]),
    ]
    assert labels.load_further([write(tmp_path / "more.jsonl", records)]) == [first]
