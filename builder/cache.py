"""Where what can be had again at any time is kept: indexes of places, copies of archives."""

import os
from pathlib import Path

from platformdirs import user_cache_path


def cache_folder() -> Path:
    """Give the folder that `$POLEMOS_CACHE` names, or else the user's cache folder; it need not exist."""
    chosen = os.environ.get("POLEMOS_CACHE")
    return Path(chosen) if chosen else user_cache_path("polemos")
