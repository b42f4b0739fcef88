"""The live page: articles on the topics, shown in a browser as they are enriched.

From the broker to the screen: `following` reads the topics, `store` keeps the newest message of each article, `app`
serves them over HTTP behind the checks of `access`, and `static/` shows them.
"""
