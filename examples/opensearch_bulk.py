"""What is on articles.scored, as the lines of OpenSearch's (and Elasticsearch's) bulk request.

    python examples/opensearch_bulk.py > bulk.ndjson
    curl -H 'content-type: application/x-ndjson' --data-binary @bulk.ndjson http://127.0.0.1:9200/_bulk

The article's id is the document's: a newer version replaces the older one, a withdrawn article is deleted.
"""

from __future__ import annotations

import asyncio
import json
import sys

from copydesk.client import Message, consume
from copydesk.contracts.articles import ScoredArticle


def lines(message: Message) -> list[dict[str, object]]:
    """The action, and the document where there is one."""
    target = {"_index": "articles", "_id": message.id}
    article = message.article
    if not isinstance(article, ScoredArticle):
        return [{"delete": target}]
    document: dict[str, object] = {
        "title": article.title,
        "text": article.text,
        "site": article.site,
        "language": article.language,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "people": [one.name for one in article.entities if one.type == "person"],
        "organizations": [one.name for one in article.entities if one.type == "organization"],
        "places": [one.name for one in article.entities if one.type == "location"],
        "quotes": [{"speaker": one.speaker.name, "text": one.text} for one in article.quotes],
        "score": article.coherence.score,
    }
    return [{"index": target}, document]


async def main() -> None:
    """Write every article's lines to standard output."""
    async for message in consume("articles.scored", follow=False):
        for line in lines(message):
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
