"""Articles in files of every kind."""

from __future__ import annotations

import gzip
import json
import os
import socket
import time
import tracemalloc
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.files.decoding import decode
from copydesk.files.documents import InputDocument, RefusedInput, read_json
from copydesk.files.formats import check_readable, read_file
from copydesk.files.inputs import find_inputs, read_inputs

ARTICLES = [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]
LARGEST = 5 * 1024**2
QUOTED = "“Déjà vu”, she said."


def read(file: Path, *, largest: int = LARGEST) -> list[InputDocument]:
    documents = list(read_file(file, Path(file.name), largest=largest))
    assert not [document for document in documents if isinstance(document, RefusedInput)]
    return [document for document in documents if isinstance(document, InputDocument)]


def refusals(file: Path, *, largest: int = LARGEST) -> list[str]:
    documents = read_file(file, Path(file.name), largest=largest)
    return [document.reason for document in documents if isinstance(document, RefusedInput)]


@pytest.mark.parametrize("name", ["feed.ndjson", "Feed.JSONL", "feed.ndjson.gz", "feed.json", "feed", "array.json"])
def test_an_article_a_line_an_array_and_what_is_packed_hold_the_same(tmp_path: Path, name: str) -> None:
    lines = "".join(json.dumps(article) + "\n" for article in ARTICLES)
    content = (json.dumps(ARTICLES, indent=1) if name.startswith("array") else lines).encode()
    file = tmp_path / name
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    check_readable(file)
    documents = read(file)
    assert [json.loads(document.value) for document in documents] == ARTICLES
    assert [document.line for document in documents] == [1, 2]
    assert len({document.origin for document in documents}) == len(documents)


def test_an_article_over_several_lines_is_one(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    for content in (json.dumps(ARTICLES[0], indent=1), json.dumps(ARTICLES[0]), "", "{}\n", "not json\nat all"):
        file.write_text(content)
        assert [document.value for document in read(file)] == [content.encode()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["a.txt", "A.TXT", "a.html", "a.htm.gz"])
async def test_a_file_is_read_in_the_encoding_that_it_was_written_in(tmp_path: Path, encoding: str, name: str) -> None:
    text = QUOTED * 3 if ".txt" in name.lower() else f'<meta charset="iso-8859-1"><p>{QUOTED}</p>'
    content = text.encode(encoding)
    file = tmp_path / name
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    [document] = [document async for document in read_inputs(find_inputs([tmp_path]), largest=LARGEST, columns={})]
    assert isinstance(document, InputDocument)
    assert text in json.loads(document.value).values()
    assert json.loads(document.value)["id"].lower() == "a"


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_some_text(content: bytes, page: bool) -> None:  # noqa: FBT001 - hypothesis calls it
    decode(content, page=page).encode()


def test_a_file_of_an_unknown_kind_is_named_before_anything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("# What I saw\n")
    with pytest.raises(click.UsageError, match=r"notes\.md.*\.ndjson"):
        check_readable(file)


@pytest.mark.parametrize("content", [gzip.compress(b'{"text": "one"}\n' * 99, mtime=0)[:-20], b"no gzip"])
def test_a_broken_gzip_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "feed.ndjson.gz"
    file.write_bytes(content)
    [reason] = refusals(file)
    assert reason.startswith("no complete gzip file: ")
    assert find_inputs([file]).bytes is None


def test_a_broken_gzip_file_says_how_many_articles_were_read_before(tmp_path: Path) -> None:
    lines = b"".join(
        json.dumps({"id": str(number), "text": os.urandom(200).hex()}).encode() + b"\n" for number in range(9999)
    )
    file = tmp_path / "feed.ndjson.gz"
    file.write_bytes(gzip.compress(lines)[:-1000])
    *documents, refused = read_file(file, Path(file.name), largest=LARGEST)
    assert isinstance(refused, RefusedInput)
    assert refused.reason.endswith(f"; {len(documents)} articles before that were read")
    assert len(documents) > 9000


@pytest.mark.parametrize("name", ["feed.ndjson", "feed.ndjson.gz", "array.json", "lines.json"])
def test_a_document_over_the_limit_costs_only_itself(tmp_path: Path, name: str) -> None:
    articles = [b'{"text": "one"}', b'{"text": "' + b"x" * 2000 + b'"}', b'{"text": "three"}']
    content = b"[" + b", ".join(articles) + b"]" if name.startswith("array") else b"\n".join(articles)
    file = tmp_path / name
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    first, refused, last = read_file(file, Path(name), largest=1000)
    assert isinstance(refused, RefusedInput)
    assert "over 1,000" in refused.reason
    assert [document.value.strip() for document in (first, last) if isinstance(document, InputDocument)] == articles[
        ::2
    ]


@pytest.mark.parametrize("name", ["page.html", "article.txt.gz", "one.json"])
def test_a_file_over_the_limit_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    content = b'{"text": "' + b"fog " * 2000 + b'"}'
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    [reason] = refusals(file, largest=1000)
    assert "over 1,000" in reason or "more than 4,000 bytes" in reason


@pytest.mark.parametrize("name", ["bomb.txt.gz", "bomb.ndjson.gz", "bomb.json.gz"])
@pytest.mark.parametrize("content", [b"\0", b"{}\n", b"[[],"])
def test_a_gzip_bomb_is_refused_before_it_is_whole(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    with gzip.open(file, "wb") as stream:
        for _ in range(64):
            stream.write(content * (1024**2 // len(content)))  # 64 MiB of about 64 KiB
    before = time.process_time()
    bytes_read = 0
    reasons = []
    for document in read_file(file, Path(name), largest=1024**2):
        bytes_read += document.size
        if isinstance(document, RefusedInput):
            reasons.append(document.reason)
    assert any("more than 200 times its size" in reason or "the most" in reason for reason in reasons)
    assert bytes_read < 32 * 1024**2
    assert time.process_time() - before < 20


def test_an_array_of_small_elements_is_not_held_as_a_list(tmp_path: Path) -> None:
    file = tmp_path / "array.json"
    file.write_bytes(b"[" + b"0," * 100_000 + b"0]")
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_file(file, Path(file.name), largest=LARGEST)) == 100_001
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * file.stat().st_size


JSON_VALUES = st.recursive(
    st.none() | st.integers() | st.text(), lambda some: st.lists(some) | st.dictionaries(st.text(), some)
)


@given(st.lists(JSON_VALUES, max_size=5), st.integers(0, 3))
def test_elements_of_any_array_come_whole(elements: list[object], indent: int) -> None:
    content = json.dumps(elements, indent=indent or None, ensure_ascii=indent == 2)
    documents = list(read_json(content.encode("utf-8", "surrogatepass"), "array.json", LARGEST))
    assert [json.loads(document.value) for document in documents if isinstance(document, InputDocument)] == elements


@pytest.mark.parametrize("rest", [b', {"text": "two', b"] x", b"," + b'"\\"' * 100_000])
def test_the_rest_of_a_broken_array_is_refused(rest: bytes) -> None:
    first, *_, last = read_json(b'[{"text": "one"}' + rest, "array.json", LARGEST)
    assert isinstance(first, InputDocument)
    assert first.value == b'{"text": "one"}'
    assert isinstance(last, RefusedInput)


@pytest.mark.parametrize("kind", ["pipe", "device", "socket"])
def test_what_is_no_file_is_refused_and_nothing_waits_for_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "feed.ndjson"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
    with pytest.raises(click.UsageError, match=f"is a {kind}.*standard input"):
        check_readable(path)
    [reason] = refusals(path)  # as if it had been put there after the check
    assert reason
