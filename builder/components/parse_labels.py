"""Labels of the parser and the tagger, ClearNLP style, by what they have in common."""

SUBJECTS = frozenset(("nsubj", "csubj"))
ANY_SUBJECT = SUBJECTS | {"nsubjpass", "csubjpass"}
VERBAL = frozenset(("VERB", "AUX"))
NOMINAL = frozenset(("NOUN", "PROPN"))
