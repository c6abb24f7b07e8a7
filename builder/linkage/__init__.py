"""Which nodes of which reports are one: record linkage, in stages, each with its reasons.

`nodes` is what the merge sees of a report; `names`, `records` and `participants` say by what its nodes are
known again, `stages` in which order, and `advancing` does the work: `model` weighs pairs with Splink,
`judging` says what must stay apart, `grouping` makes clusters. `ledger` remembers all of it beside the store,
so that a new report touches only its own blocks.
"""
