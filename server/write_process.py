"""The process that writes: one write at a time, durable and published before it is answered.

It takes the store when there is something to write and lets go of it soon after, so that `polemos build`
gets its turn while the server runs.
"""

import os
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat

from builder.errors import QueryError, StoreError
from builder.store import Graph, Store
from server.child import connect, plain, run_deep, without_path
from server.line import Line
from server.messages import Drop, Failure, Load, Ready, Update, WriterStart, Writing, Written
from server.refusal import refusal
from server.rewriting import with_using, without_silent_loads
from server.sandbox import deny_network

# Seconds after which a store that somebody else is writing may be free.
_RETRY = 5


@dataclass(slots=True)
class Writer:
    """Does what it is told to a store."""

    start: WriterStart
    line: Line
    store: Store | None = None

    def serve(self) -> None:
        """Write until the line is cut; the store is let go of when there is nothing to write."""
        self.line.send(Ready())
        while True:
            if self.store is not None and not self.line.is_heard(self.start.idle):
                self._close()
            try:
                writing: Writing = self.line.receive()
            except EOFError:
                os._exit(0)
            self.line.send(self.answer(writing))

    def _close(self) -> None:
        if self.store is not None:
            self.store.close()
            self.store = None

    def answer(self, writing: Writing) -> Written | Failure:
        """Do one write; whatever goes wrong is an answer too."""
        try:
            if self.store is None or not self.store.is_open:
                self.store = Store.open(self.start.store)
            return self._do(self.store, writing)
        except QueryError as error:
            is_malformed = isinstance(error.__cause__, SyntaxError | ValueError)
            return Failure(400 if is_malformed else 422, plain(error))
        except (SyntaxError, ValueError) as error:
            return Failure(400, f"the update is malformed: {plain(error)}")
        except StoreError as error:
            self._close()
            return Failure(503, without_path(error, self.start.store), retry_after=_RETRY)

    def _do(self, store: Store, writing: Writing) -> Written | Failure:
        if isinstance(writing, Update):
            done = self._update(store, writing)
        elif isinstance(writing, Load):
            done = _load(store, writing)
        else:
            done = _drop(store, writing)
        if isinstance(done, Written):
            store.publish()
        return done

    def _update(self, store: Store, update: Update) -> Written | Failure:
        text = update.text
        if update.default_graphs or update.named_graphs:
            text = with_using(text, update.default_graphs, update.named_graphs)
        refused = self._refusal(text, update.base)
        if refused:
            text = without_silent_loads(text, self._is_refused)
            refused = self._refusal(text, update.base)
        if refused:
            return Failure(422, refused)
        store.update(text, base=update.base)
        return Written()

    def _is_refused(self, target: str) -> bool:
        """Say whether what LOAD names may not be read; that is so for all but whole IRIs."""
        return not target.startswith("<") or bool(self._refusal(f"LOAD {target}", None))

    def _refusal(self, text: str, base: str | None) -> str | None:
        return refusal(text, base=base, update=True, allowed=self.start.hosts)


def _load(store: Store, load: Load) -> Written:
    format_ = RdfFormat.from_media_type(load.media_type)
    if format_ is None:
        raise ValueError(f"{load.media_type} is no format of RDF")
    graph = _graph(load.graph)
    is_new = store.load_graph(graph, load.file, format_, base=load.base, is_replacing=load.is_replacing)
    return Written(is_new)


def _drop(store: Store, drop: Drop) -> Written | Failure:
    if store.drop_graph(_graph(drop.graph)):
        return Written()
    return Failure(404, f"there is no graph <{drop.graph}>")


def _graph(name: str | None) -> Graph:
    return DefaultGraph() if name is None else NamedNode(name)


def main() -> None:
    """Do what the parent says."""
    line = connect()
    start: WriterStart = line.receive()
    if not start.hosts:
        deny_network()
    run_deep(start.stack, Writer(start, line).serve)


if __name__ == "__main__":
    main()
