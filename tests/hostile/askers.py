"""A client that asks while processes are killed, and sorts what it sees."""

import http.client
import random
import threading
from collections import Counter
from urllib.parse import quote

from . import lookups
from .servers import Served

# Rows of an answer that comes in several pieces, so that it can be cut.
ROWS = lookups.NODES * 10
MANY = (
    "SELECT ?value ?more { ?node <urn:hostile:value> ?value "
    f"VALUES ?more {{ {' '.join(map(str, range(10)))} }} }}"
)


class Asker:
    """A client that asks while query processes are killed, and sorts what it sees."""

    def __init__(self, served: Served, seed: int) -> None:
        self.seen: Counter[str] = Counter()
        self._served = served
        self._chance = random.Random(seed)

    def ask(self, is_over: threading.Event) -> None:
        connection = self._served.connect()
        while not is_over.is_set():
            ask = self._chance.choice((self._look_up, self._rows))
            try:
                self.seen[ask(connection)] += 1
            except (http.client.IncompleteRead, ConnectionError, http.client.BadStatusLine):
                self.seen["cut"] += 1
                connection.close()
        connection.close()

    def _look_up(self, connection: http.client.HTTPConnection) -> str:
        number = self._chance.randrange(lookups.NODES)
        status, body = self._get(connection, lookups.path(number))
        is_right = body.split("\r\n")[1:2] == [lookups.value(number)]
        return "right" if status == 200 and is_right else f"{status}"

    def _rows(self, connection: http.client.HTTPConnection) -> str:
        status, body = self._get(connection, f"/sparql?format=tsv&query={quote(MANY)}")
        return "right" if status == 200 and body.count("\n") == ROWS + 1 else f"{status}"

    def _get(self, connection: http.client.HTTPConnection, path: str) -> tuple[int, str]:
        connection.request("GET", path, headers=lookups.HEADERS)
        response = connection.getresponse()
        return response.status, response.read().decode()
