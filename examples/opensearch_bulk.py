"""Write the articles on articles.scored as lines of a bulk request for OpenSearch or Elasticsearch.

    python examples/opensearch_bulk.py > bulk.ndjson
    curl -H 'content-type: application/x-ndjson' --data-binary @bulk.ndjson http://127.0.0.1:9200/_bulk

The article's id is the document's id: a newer version replaces the older one, a withdrawn article is deleted.
"""

from __future__ import annotations

import asyncio
import json
import sys

from copydesk.client import Message, consume
from copydesk.contracts.articles import ScoredArticle


def bulk_lines(message: Message) -> list[dict[str, object]]:
    """Lines for one message: the action, then the document, if the article was not withdrawn."""
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
        "people": [entity.name for entity in article.entities if entity.type == "person"],
        "organizations": [entity.name for entity in article.entities if entity.type == "organization"],
        "places": [entity.name for entity in article.entities if entity.type == "location"],
        "quotes": [{"speaker": quote.speaker.name, "text": quote.text} for quote in article.quotes],
        "score": article.coherence.score,
    }
    return [{"index": target}, document]


async def main() -> None:
    """Write every article's lines to standard output."""
    async for message in consume("articles.scored", follow=False):
        for line in bulk_lines(message):
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
