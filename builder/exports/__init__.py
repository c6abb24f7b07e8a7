"""What leaves a store: tables for analysts, maps, bulk files for other stores, a dataset to publish.

All of it reads a published snapshot by the queries of `queries/`, in portions, so that memory stays flat.
"""
