"""The page of the contract tells all of it, and needs nothing but itself."""

from __future__ import annotations

from html.parser import HTMLParser

from contracts.documents import SCHEMAS
from copydesk.contracts.asyncapi import document
from copydesk.contracts.asyncapi_html import FILE, render
from copydesk.contracts.schemas import schemas
from copydesk.contracts.topics import public_topics

ALONE = {"meta", "!doctype"}


class Reader(HTMLParser):
    """Content of a page: elements that are closed in order, ids, links, names of fields."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.names: dict[str, list[str]] = {}
        """The fields that are told under each heading."""
        self.heading = ""
        self._open: list[str] = []
        self.feed(page.decode())
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        assert tag not in {"script", "link", "img", "iframe", "object"}, "it needs no network and runs nothing"
        assert not any(name.startswith("on") or name == "src" for name in attributes)
        if tag not in ALONE:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"h2", "h3"} & set(self._open) and data != "Fields":
            self.heading = data
        elif self._open[-2:] == ["dt", "code"]:
            self.names.setdefault(self.heading, []).append(data)


def test_the_committed_page_is_the_generated_one() -> None:
    assert (SCHEMAS / FILE).read_bytes() == render(schemas())


def test_every_topic_field_and_header_is_told() -> None:
    page = Reader(render(schemas()))
    for topic in public_topics().values():
        assert topic.name in page.ids
        assert page.names[f" of {topic.name}"] == list(schemas()[topic.schema]["properties"])
    assert page.names["Headers"] == list(document()["components"]["messageTraits"]["event"]["headers"]["properties"])
    parts = {name: part for schema in schemas().values() for name, part in schema.get("$defs", {}).items()}
    for name, part in parts.items():
        assert page.names[name] == list(part["properties"])


def test_its_links_lead_somewhere() -> None:
    page = Reader(render(schemas()))
    assert len(set(page.ids)) == len(page.ids)
    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}
    assert inside <= set(page.ids)
    assert {link for link in page.links if not link.startswith("#")} == {"asyncapi.yaml"}


def test_what_a_description_says_is_text_and_no_markup() -> None:
    hostile = schemas()
    name = "articles.raw.v1.schema.json"
    hostile[name]["properties"]["title"] = {"description": "<script>alert(1)</script> & `<b>`", "type": "string"}
    page = render(hostile)
    Reader(page)
    assert b"&lt;script&gt;alert(1)&lt;/script&gt; &amp; <code>&lt;b&gt;</code>" in page
