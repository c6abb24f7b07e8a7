"""Where documents are read, as the command line asks for it."""

from importlib.util import find_spec

import click

from builder.workers import Pool, Processes


def make_pool(workers: int, cluster: str | None) -> Pool:
    """Begin the processes of this machine, or reach the cluster. Raises `ClusterError` if that fails."""
    if cluster is None:
        return Processes(workers)
    if find_spec("ray") is None:
        raise click.UsageError("--cluster needs Ray; install it with pip install 'polemos[cluster]'")
    from builder.cluster import Cluster  # noqa: PLC0415 (not everybody has Ray)

    return Cluster(cluster)
