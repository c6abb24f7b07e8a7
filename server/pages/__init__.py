"""The pages that people browse: overview, lists of events, one page a node, search, the vocabulary.

They are HTML that the server writes, whole without JavaScript. What is listed and counted comes from the
index (`server/index.py`), what is said of a node from one query, whose answer is also the node's Turtle.
"""
