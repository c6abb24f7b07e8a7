"""Our spaCy components: one file a kind of knowledge, each registered under its own name."""
