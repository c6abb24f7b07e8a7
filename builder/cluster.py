"""Reading on a cluster: Ray has the calls run wherever a processor is free."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Final, TypeVar

import ray
from ray.exceptions import (
    NodeDiedError,
    ObjectLostError,
    OutOfMemoryError,
    RaySystemError,
    RayTaskError,
    WorkerCrashedError,
)

from builder.errors import ClusterError

T = TypeVar("T")
LOCAL: Final = "local"


class Cluster:
    """A pool of a Ray cluster, with one call at a time for each processor.

    Each of Ray's processes loads the pipeline with its first call and keeps it. `address` is "local" for a
    cluster on this machine, "auto" for the one that this machine is part of, or "ray://HOST:10001". Raises
    `ClusterError` if it cannot be reached. On every machine the same Polemos must be installed.
    """

    lost: tuple[type[BaseException], ...] = (
        *(WorkerCrashedError, NodeDiedError),
        *(ObjectLostError, RaySystemError, OutOfMemoryError),
    )

    def __init__(self, address: str) -> None:
        try:
            is_local = address == LOCAL
            # What Ray says of itself is its own affair, until something goes wrong.
            ray.init(
                None if is_local else address,
                include_dashboard=False if is_local else None,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise ClusterError(
                f"{address}: no Ray cluster can be reached there ({error}); give local, auto or ray://HOST:PORT"
            ) from error

    @property
    def size(self) -> int:
        """How many processors the cluster has now."""
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        return max(1, int(resources.get("CPU", 1)))

    def submit(self, call: Callable[..., T], *arguments: object) -> "Future[T]":
        """Have something called on one of the machines."""
        asked: Future[T] = _called.remote(call, *arguments).future()
        answer: Future[T] = Future()
        asked.add_done_callback(partial(_pass_on, answer))
        return answer

    def close(self) -> None:
        """Leave the cluster; one on this machine ends."""
        ray.shutdown()


def _pass_on(answer: "Future[T]", asked: "Future[T]") -> None:
    """Pass on what came of a call; an error as it was raised, without the lines that Ray puts around it."""
    error = asked.exception()
    if error is None:
        answer.set_result(asked.result())
    else:
        answer.set_exception(error.cause if isinstance(error, RayTaskError) else error)


# Ray itself runs nothing again: who submits knows better what to do with what was lost. See builder.workers.
@ray.remote(max_retries=0, num_cpus=1)
def _called(call: Callable[..., T], *arguments: object) -> T:
    return call(*arguments)
