"""Feeds and pages from the web into a folder of documents that a build reads: asked for politely, each once.

Nothing else in Polemos asks hosts that a document names.
"""
