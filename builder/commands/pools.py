"""Where documents are read, as the command line asks for it."""

from importlib.util import find_spec
from typing import Final

import click
from loky import cpu_count

from builder.workers import Pool, Processes

# A process takes 3 seconds to begin, in which this one reads some 60 short documents.
MANY: Final = 64
# Each takes some 450 MB: whoever has more memory asks for more.
MOST: Final = 4


def pool_for(documents: int | None, workers: int | None, cluster: str | None) -> Pool | None:
    """Give where so many documents are read; None stands for this process.

    It is what the user asked for; else processes, if the documents are many or nobody knows how many.
    Raises `ClusterError` if the cluster cannot be reached.
    """
    is_little = workers is None and documents is not None and documents < MANY
    return None if cluster is None and (is_little or workers == 1) else make_pool(workers, cluster)


def make_pool(workers: int | None, cluster: str | None) -> Pool:
    """Begin the processes of this machine, or reach the cluster. Raises `ClusterError` if that fails."""
    if cluster is None:
        return Processes(workers or min(cpu_count(), MOST))
    if find_spec("ray") is None:
        raise click.UsageError("--cluster needs Ray; install it with pip install 'polemos[cluster]'")
    from builder.cluster import Cluster  # noqa: PLC0415 (not everybody has Ray)

    return Cluster(cluster)
