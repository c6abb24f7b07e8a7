"""Why a node says what it says, and why it does not say the rest.

`explanation.py` is what an explanation is; `facts.py` reads it from a snapshot: values, the words they were
read from, the members of a merged node. `tracing/` reads a report's text once more and notes what each
component of the pipeline writes, which no graph holds; a build does nothing of it.
"""
