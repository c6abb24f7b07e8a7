"""Many values as one parameter of a query of SQLite."""

import json
from collections.abc import Iterable


def listed(values: Iterable[str] | Iterable[int]) -> str:
    """Write values as `json_each` reads them: `SELECT value FROM json_each(?)`.

    >>> listed([1, 2])
    '[1, 2]'
    """
    return json.dumps(list(values), ensure_ascii=False)
