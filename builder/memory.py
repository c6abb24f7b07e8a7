"""Memory that is free and that the process keeps all the same."""

import ctypes
from typing import Final

# The C library that most Linux systems have, and no other, has this function (man 3 malloc_trim).
_TRIM: Final = getattr(ctypes.CDLL(None), "malloc_trim", None)


def give_back() -> None:
    """Hand memory that was freed back to the system, where the C library can be told to.

    It keeps what was freed between pieces that are still in use: after 2,000 articles were read and written,
    250 of 350 MB, which the merge would then stand on.
    """
    if _TRIM is not None:
        _TRIM(0)
