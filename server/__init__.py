"""The server: SPARQL over the newest snapshot of a store, and pages that show what is in it.

Importing it loads nothing, since the processes that answer queries import from here and must start at once.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from server.settings import Settings

__all__ = ["create_app"]


def create_app(settings: "Settings") -> "Flask":
    """Make the WSGI application that serves a store; `server.app.close` ends its processes.

    The store is a folder that `polemos build` writes; a snapshot that it publishes later is served from the
    next request on. Raises `StoreError` if nothing can be read there.
    """
    from server.app import make  # noqa: PLC0415 (see above)

    return make(settings)
