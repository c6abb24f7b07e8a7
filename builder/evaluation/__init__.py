"""Evaluation: what the shipped pipeline writes, read back by SPARQL and put into the form of a benchmark.

`suites` names the benchmarks, `graph` reads what they ask for, `scorer` runs the program that scores it.
Nothing here sees the pipeline from inside.
"""
