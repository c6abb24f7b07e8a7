"""A store sent to an endpoint elsewhere: whole the first time, and then what changed since.

`plan.py` compares two snapshots and makes requests of the difference; `remote.py` sends them; `progress.py`
remembers, beside the store, what an endpoint has, so that a run that was broken off goes on where it stopped.
Every request can be sent twice without harm, which is what makes trying again safe.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.publishing.plan import Dialect, Protocol, Request, Survey, differing, requests_for, survey
from builder.publishing.progress import Progress
from builder.publishing.remote import Endpoint
from builder.store import current_snapshot, open_snapshot

__all__ = ["Dialect", "Endpoint", "Protocol", "Survey", "plan_publication", "publish"]

# What sees each request before it is sent, to show progress.
Watcher = Callable[[Iterator[Request]], Iterator[Request]]


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication did: its snapshot, what differed, requests sent, if another was finished first."""

    snapshot: str
    survey: Survey
    sent: int
    resumed: bool


def plan_publication(path: Path, url: str, dialect: Dialect, *, whole: bool = False) -> Survey:
    """Say what publishing the newest snapshot of a store would send, and send nothing."""
    progress = Progress(path, url, dialect)
    before, after = None if whole else progress.published(), open_snapshot(path)
    return survey(before, after, differing(before, after, dialect))


def publish(
    path: Path,
    endpoint: Endpoint,
    dialect: Dialect,
    *,
    whole: bool = False,
    watch: Callable[[Survey], Watcher] | None = None,
) -> Publication:
    """Make an endpoint hold what a store has published.

    A run that was broken off is finished first, with the snapshot that it was about. With `whole` every
    graph is sent again, and what an earlier publication sent counts for nothing. Raises `RemoteError` if
    the endpoint cannot be reached or refuses; run again, it goes on where it stopped.
    """
    with Progress(path, endpoint.url, dialect).held() as progress:
        if whole:
            progress.forget()
        resumed = progress.is_under_way()
        if resumed:
            _send(progress, endpoint, dialect, watch)
        name = current_snapshot(path)
        progress.begin(path / "snapshots" / name)
        found, sent = _send(progress, endpoint, dialect, watch)
        return Publication(name, found, sent, resumed)


def _send(
    progress: Progress,
    endpoint: Endpoint,
    dialect: Dialect,
    watch: Callable[[Survey], Watcher] | None,
) -> tuple[Survey, int]:
    """Send what is left of the difference between what the endpoint has and what it is to have."""
    before, after = progress.published(), progress.pending()
    names = differing(before, after, dialect)
    found = survey(before, after, names)
    requests = requests_for(before, after, names, dialect)
    done = progress.done()
    count = 0
    for number, request in enumerate(watch(found)(requests) if watch else requests, start=1):
        if number > done:
            endpoint.send(request)
            progress.note(number)
            count += 1
    progress.finish()
    return found, count
