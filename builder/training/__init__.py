"""Training of the model in `builder/models`; it needs `pip install polemos[training]`, using it does not.

    make model DATA=DIR
    python -m builder.training DIR --out builder/models --work DIR2 [--epochs N] [--fold K]

`DIR` is a folder with annotated corpora (`builder.training.corpora` says which and in which form).
"""
