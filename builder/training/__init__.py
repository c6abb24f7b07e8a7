"""Training of the model in `builder/models`; it needs `pip install polemos[training]`, using it does not.

    python -m builder.training DATA --out DIR [--epochs N] [--resume]

`DATA` is a folder with annotated corpora (`builder.training.corpora` says which and in which form).
"""
