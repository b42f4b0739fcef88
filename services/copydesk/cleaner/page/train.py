"""Trains the page model, and measures it on publishers that it never saw.

python -m copydesk.cleaner.page.train PAGES...                        writes the model that the package ships
python -m copydesk.cleaner.page.train PAGES... --out-of-fold FILE     the text of each page by models of other folds
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from copydesk.cleaner.cleaning import load
from copydesk.cleaner.page.fitting import FOLDS, Arrays, LabelledPage, fit_page_model, fold_of, gather
from copydesk.cleaner.page.page_model import FILE, PageModel
from copydesk.cleaner.page.training_pages import Record, label_page, read_records, shorten
from copydesk.cleaner.settings import CleanerSettings
from copydesk.contracts.articles import RawArticle

SALT = "page"
"""Makes the folds."""

BRIEF_WEIGHT = 0.3
"""Weight of a page in brief: most of it stands in the whole page, too."""

MIN_BRIEF_GOLD = 5
"""Tokens of the shortest text in brief that is learned from."""


def pack(arrays: Arrays) -> bytes:
    """The arrays as a file of numpy's that is the same for the same arrays."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in sorted(arrays.items()):
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), allow_pickle=False)
            # the time of a file would change its bytes
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), part.getvalue())
    return buffer.getvalue()


def main() -> None:
    """Train on the given files, and write the model or what fold models say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="+", type=Path, help="JSON lines, packed by xz: id, source, domain, html, gold")
    parser.add_argument("--out-of-fold", type=Path, metavar="FILE", help="write the cleaned pages there, no model")
    parser.add_argument("--to", type=Path, metavar="FILE", default=Path(__file__).with_name(FILE), help="the model")
    arguments = parser.parse_args()
    records = list(read_records(arguments.pages))
    pages = list(label_pages(records))
    if arguments.out_of_fold:
        arguments.out_of_fold.write_bytes(clean_out_of_fold(records, pages))
        return
    data = gather(pages)
    content = pack(fit_page_model(data, np.ones(len(data.labels), bool)))
    arguments.to.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    sys.stdout.write(f"{len(pages)} pages, {len(data.labels)} blocks, {FILE} {digest}\n")


def label_pages(records: Sequence[Record]) -> Iterator[LabelledPage]:
    """The pages to learn from, then a copy in brief of each."""
    for record in records:
        if (page := label_page(record)) is not None:
            yield page
    for brief in filter(None, map(shorten, records)):
        if (page := label_page(brief, weight=BRIEF_WEIGHT, min_gold=MIN_BRIEF_GOLD)) is not None:
            yield page


def clean_out_of_fold(records: list[Record], pages: list[LabelledPage]) -> bytes:
    """Every page cleaned by a model that saw no page of its publisher: NDJSON of `id`, `text` and others."""
    data = gather(pages)
    fold = data.fold(SALT, FOLDS)
    cleaned: dict[str, str] = {}
    for number in range(FOLDS):
        model = PageModel(fit_page_model(data, fold != number))
        clean = load(CleanerSettings(), page_model=model)
        for record in records:
            if fold_of(record["domain"], SALT) != number:
                continue
            article = clean(RawArticle(id=record["id"], html=record["html"], url=record.get("url")))
            cleaned[record["id"]] = json.dumps(
                {
                    "id": record["id"],
                    "text": article.text,
                    "standfirst": article.standfirst,
                    "uncertain": article.cleaning.uncertain,
                    "warnings": article.cleaning.warnings,
                },
                ensure_ascii=False,
            )
    return "".join(cleaned[record["id"]] + "\n" for record in records).encode()


if __name__ == "__main__":
    main()
