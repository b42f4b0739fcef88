"""The live page: what runs through the topics, article by article, in a browser.

From the broker to the screen: `following` reads the topics, `desk` keeps the newest of each article, `app` serves
them (guarded by `guard`), and `static/` shows them.
"""
