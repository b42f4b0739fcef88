"""The live page: articles on the topics, shown in a browser as they are enriched.

From the broker to the screen: `following` reads the topics, `store` keeps the newest message of each article (with
`names` and `name_index`), `app` serves them over HTTP behind the checks of `access`, and `static/` shows them. Beside
the list: `search` finds what a `query` asks for, `name_page`, `statistics` and `operations` sum up, `exports` writes
files, `publishing` takes articles in, `events` tells browsers of changes.
"""
