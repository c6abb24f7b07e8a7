"""Which nodes of which reports are one: record linkage, in stages, each with its reasons.

`nodes` reads what the merge sees of a report, `keys` names it, `records` says by what events are known
again, `model` weighs pairs with Splink, `grouping` makes clusters of them, `stages` is the order of the work,
and `ledger` remembers all of it beside the store, so that a new report touches only its own blocks.
"""
