"""A client that looks up one node after the other, on time, and tells how long each answer took.

Run as a program, so that neither the tests nor the loads that they make slow its clock. A look-up is due
every so often, whether the one before is answered or not, and its time counts from when it was due: a server
that says nothing for a second makes all late that were due in it, and cannot hide it as one slow answer.
"""

import http.client
import json
import random
import sys
import time
from contextlib import suppress
from urllib.parse import quote

NODES = 1000  # of which one is looked up; more than fit in a few pages of the database
EVERY = 0.02  # seconds: enough to measure, a tenth of what one processor answers
PATIENCE = 10.0  # seconds after which an answer is given up
CLIENT = "127.0.0.2"
HEADERS = {"Cache-Control": "no-cache"}


def path(number: int) -> str:
    """Write the request for the value of a node."""
    query = f"SELECT ?value {{ <urn:hostile:{number}> <urn:hostile:value> ?value }}"
    return f"/sparql?format=csv&query={quote(query)}"


def value(number: int) -> str:
    """Give the value that a node has in the store."""
    return f"value {number}"


class Client:
    """One connection, kept as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=PATIENCE, source_address=(CLIENT, 0)
        )

    def look_up(self, number: int) -> str:
        """Ask for a node; say what is wrong with the answer, or nothing."""
        try:
            self._connection.request("GET", path(number), headers=HEADERS)
            response = self._connection.getresponse()
            body = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return f"{type(error).__name__}: {error}"
        if response.status == 200 and body.split("\r\n")[1:2] == [value(number)]:
            return ""
        return f"status {response.status}: {body[:200]}"

    def close(self) -> None:
        self._connection.close()


def measure(port: int, seconds: float) -> dict[str, list[object]]:
    """Look up nodes for some time; give the seconds of each answer, and what was wrong with any."""
    chance = random.Random(port)
    client = Client(port)
    latencies: list[object] = []
    failures: list[object] = []
    began = time.monotonic()
    for turn in range(int(seconds / EVERY)):
        due = began + turn * EVERY
        time.sleep(max(0.0, due - time.monotonic()))
        # So late that it will not get better: what is still due is as late as this.
        wrong = client.look_up(chance.randrange(NODES)) if time.monotonic() < due + PATIENCE else "not asked"
        latencies.append(time.monotonic() - due)
        if wrong:
            failures.append(wrong)
    client.close()
    return {"latencies": latencies, "failures": failures}


if __name__ == "__main__":
    with suppress(BrokenPipeError):  # nobody wants to know any more
        sys.stdout.write(json.dumps(measure(int(sys.argv[1]), float(sys.argv[2]))))
