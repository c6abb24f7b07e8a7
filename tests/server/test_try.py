"""Texts of visitors: read by the real pipeline in its own process, within limits, and kept nowhere."""

import json
import os
import re
import signal
import subprocess
import sys
import termios
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from werkzeug.test import TestResponse

from server import create_app
from server.app import close
from server.extraction import Extractor
from server.operation import ACCESS
from server.settings import Settings, Trying
from tests.clients.serving import make_store, served
from tests.server.test_browse import Page

Serve = Callable[..., FlaskClient]
TEXT = "Gunmen opened fire on a military convoy near Gao on Sunday, killing at least four soldiers."
HTML = f"""<!doctype html><html lang="en"><head><title>Ambush</title></head><body><nav>Home News</nav>
<article><h1>Ambush</h1><p>{TEXT}</p><p>The army said on Monday that it was looking for them.</p></article>
</body></html>"""
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# Seconds. What is waited for comes in two; the rest is for a machine that does much else.
PATIENCE = 60


@pytest.fixture(scope="module")
def trying(made: Path) -> Iterator[FlaskClient]:
    """One server for all tests that leave its process alone."""
    app = create_app(Settings(made, workers=2))
    app.testing = True
    yield app.test_client()
    close(app)


def extractor(client: FlaskClient) -> Extractor:
    return client.application.extensions["extractor"]


def post(client: FlaskClient, **fields: object) -> TestResponse:
    form = {"data": fields, "content_type": "multipart/form-data"}
    return client.post("/try", headers=BROWSER, buffered=True, **form)


def uploaded(content: str | bytes, name: str) -> tuple[BytesIO, str]:
    return BytesIO(content if isinstance(content, bytes) else content.encode()), name


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def is_sent(client: FlaskClient) -> bool:
    """Say whether something was sent to the process that it has not yet taken."""
    process = extractor(client)._process
    waiting = ioctl(process._line._socket, termios.TIOCOUTQ, bytes(4)) if process else bytes(4)
    return int.from_bytes(waiting, sys.byteorder) > 0


@contextmanager
def halted(client: FlaskClient) -> Iterator[int]:
    """Let the process read nothing for a while, after a first text; gives its number."""
    assert post(client, text=TEXT).status_code == 200
    number = extractor(client).process
    assert number is not None
    os.kill(number, signal.SIGSTOP)
    try:
        yield number
    finally:
        with suppress(ProcessLookupError):  # it was killed, as a test may want
            os.kill(number, signal.SIGCONT)


@contextmanager
def asked(client: FlaskClient, count: int) -> Iterator[list[TestResponse]]:
    """Send a text several times at once; afterwards the answers are there."""
    answers: list[TestResponse] = []
    places = extractor(client)._places
    before = places._value
    threads = [threading.Thread(target=lambda: answers.append(post(client, text=TEXT))) for _ in range(count)]
    for thread in threads:
        thread.start()
    wait_until(lambda: places._value == before - count)
    try:
        yield answers
    finally:
        for thread in threads:
            thread.join(PATIENCE)
    assert len(answers) == count


def test_a_text_is_marked_and_told_in_cards(trying: FlaskClient) -> None:
    response = post(trying, text=TEXT, published="2024-02-05")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    page = Page(response.text)
    assert [section["id"] for section in page.all("article")] == ["event-1"]
    for words in ("armed assault", "perpetrator", "Gunmen", "convoy", "Gao", "2024-02-04", "at least 4"):
        assert words.lower() in page.text.lower(), words
    where = next(line for line in page.text.split("perpetrator")[1].split("location")[1:])
    assert where.split()[:3] == ["Gao", "settlement", "Gao"]  # the name, how exactly, and in which words
    said = [mark for mark in page.all("mark") if mark.get("class") == "words"]
    assert len(said) >= 5
    assert re.search(r'<mark class="words"><a href="#event-1">Gao</a></mark>', response.text)
    assert {link["href"] for link in page.all("a") if link["href"].startswith("#event")} == {"#event-1"}
    assert "a plm:Attack" in response.text


def test_an_uploaded_page_is_read_without_its_menu_and_name(trying: FlaskClient) -> None:
    response = post(trying, file=uploaded(HTML, "<b>secret</b>.html"), text="Nothing happened.")
    assert response.status_code == 200
    assert "Home News" not in response.text
    assert "secret" not in response.text
    assert "Gunmen" in Page(response.text).text


@pytest.mark.parametrize(
    ("content", "name", "events"),
    [
        (f"---\npublished: 2024-02-05\n---\n# Ambush\n\n{TEXT}", "a.md", 1),
        (f"{json.dumps({'text': TEXT, 'published': '2024-02-05'})}\n", "a.jsonl", 1),
        (json.dumps({"text": TEXT, "published": "2024-02-05"}), "a.json", 1),
        (json.dumps({"text": TEXT, "published": "2024-02-05"}), "a", 1),
        ("It was a calm day.", "a.txt", 0),
    ],
)
def test_formats_are_told_by_name_or_by_their_beginning(
    trying: FlaskClient, content: str, name: str, events: int
) -> None:
    response = post(trying, file=uploaded(content, name))
    assert response.status_code == 200
    assert len(Page(response.text).all("article")) == events
    assert ("2024-02-04" in response.text) == bool(events)


def test_the_first_of_several_is_read_and_it_says_so(trying: FlaskClient) -> None:
    lines = "".join(f"{json.dumps({'text': text})}\n" for text in (TEXT, "A bomb fell."))
    response = post(trying, file=uploaded(lines, "a.jsonl"))
    assert "more than one document" in response.text
    assert "A bomb fell" not in response.text


def test_what_is_sent_is_shown_as_text(trying: FlaskClient) -> None:
    evil = '<script>alert("1")</script>'
    response = post(trying, text=f"{TEXT} {evil}</textarea>", published=evil)
    assert response.status_code == 400
    assert "<script>alert" not in response.text
    assert "</textarea></textarea>" not in response.text
    response = post(trying, text=f"{TEXT} {evil}")
    assert response.status_code == 200
    assert "<script>alert" not in response.text


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"text": " \r\n "}, 400, "there is nothing to read"),
        ({}, 400, "there is nothing to read"),
        ({"file": (b"", "a.txt")}, 400, "there is nothing to read"),
        ({"text": "word " * 4001}, 413, "20,005 characters, more than 20,000"),
        ({"text": "a" * 500_001}, 413, "500,000 bytes"),
        ({"file": (b"\x89PNG\r\n\x1a\n\0\0\xff", "a.txt")}, 422, "is binary"),
        ({"file": (b"caf\xe9", "a.txt")}, 422, "is not UTF-8"),
        (
            {"file": (b"<html><body><p>Menu</p></body></html>", "a.html")},
            422,
            "without the text of an article",
        ),
        ({"file": (b'{"text": 1}', "a.json")}, 422, "is a number"),
        ({"text": TEXT, "published": "soon"}, 400, "YYYY-MM-DD"),
    ],
    ids=["blank", "none", "empty", "long", "large", "binary", "latin-1", "menu", "record", "date"],
)
def test_what_cannot_be_read_is_told(
    trying: FlaskClient, fields: dict[str, object], status: int, said: str
) -> None:
    sent = {name: uploaded(*value) if isinstance(value, tuple) else value for name, value in fields.items()}
    response = post(trying, **sent)
    assert response.status_code == status
    assert said in Page(response.text).text


def test_what_was_pasted_is_there_to_be_corrected(trying: FlaskClient) -> None:
    assert TEXT in post(trying, text=TEXT, published="soon").text


@pytest.mark.parametrize(
    ("wanted", "media_type", "format_"),
    [
        ({}, "text/turtle", RdfFormat.TURTLE),
        ({"headers": {"Accept": "application/ld+json"}}, "application/ld+json", RdfFormat.JSON_LD),
        ({"headers": {"Accept": "application/trig"}}, "application/trig", RdfFormat.TRIG),
        ({"query_string": {"format": "nt"}}, "application/n-triples", RdfFormat.N_TRIPLES),
    ],
)
def test_programs_get_the_graph(
    trying: FlaskClient, wanted: dict[str, dict[str, str]], media_type: str, format_: RdfFormat
) -> None:
    response = trying.post("/extract", data=TEXT, content_type="text/plain", **wanted)
    assert (response.status_code, response.mimetype) == (200, media_type)
    store = ox.Store()
    store.extend(ox.parse(response.data, format=format_))
    asked = "PREFIX plm: <https://w3id.org/polemos/ontology#> ASK { ?a a plm:Attack ; plm:perpetrator ?b }"
    assert bool(store.query(asked, use_default_graph_as_union=True))


def test_the_date_may_stand_in_the_address(trying: FlaskClient) -> None:
    graph = trying.post("/extract?published=2024-02-05", data=TEXT, content_type="text/plain").text
    assert "2024-02-04" in graph


def test_programs_get_errors_as_problems(trying: FlaskClient) -> None:
    response = trying.post("/extract", data=b"\0", content_type="text/plain")
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")
    assert trying.post("/extract", data=b"x", content_type="image/png").status_code == 415
    headers = {"Accept": "image/png"}
    assert trying.post("/extract", data={"text": TEXT}, headers=headers).status_code == 406


def test_texts_are_counted_by_how_they_ended(trying: FlaskClient) -> None:
    def counted() -> Counter[str]:
        samples = trying.get("/metrics").text.splitlines()
        told = (line.rsplit(" ", 1) for line in samples if line.startswith("polemos_text"))
        return Counter({name: float(value) for name, value in told if "_created" not in name})

    before = counted()
    assert post(trying, text=TEXT).status_code == 200
    assert post(trying, text="x" * 30_000).status_code == 413
    found = counted() - before
    assert found["polemos_text_seconds_sum"] > 0
    assert (found["polemos_text_seconds_count"], found['polemos_text_seconds_bucket{le="+Inf"}']) == (2, 2)
    outcomes = {name: value for name, value in found.items() if name.startswith("polemos_texts_total")}
    assert outcomes == {
        'polemos_texts_total{outcome="200"}': 1,
        'polemos_texts_total{outcome="413"}': 1,
    }


def test_a_text_past_its_time_is_given_up_and_the_next_is_read(made: Path, serve: Serve) -> None:
    client = serve(made, trying=Trying(timeout=0.001))
    response = post(client, text=f"{TEXT} " * 200)
    assert response.status_code == 504
    assert "longer than 0.001 seconds" in response.text
    assert extractor(client).process is None
    extractor(client)._trying = Trying()
    assert post(client, text=TEXT).status_code == 200


def test_a_process_that_is_killed_takes_nothing_with_it(made: Path, serve: Serve) -> None:
    client = serve(made)
    with halted(client) as number, asked(client, 1) as answers:
        wait_until(lambda: is_sent(client))
        os.kill(number, signal.SIGKILL)
    (answer,) = answers
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert post(client, text=TEXT).status_code == 200
    assert extractor(client).process != number


def test_one_text_at_a_time_and_a_short_queue(made: Path, serve: Serve) -> None:
    client = serve(made, trying=Trying(queue=2))
    with asked_while_halted(client, 3) as answers:
        turned_away = post(client, text=TEXT)
        assert turned_away.status_code == 503
        assert int(turned_away.headers["Retry-After"]) > 0
        assert "too many texts" in turned_away.text
    assert [answer.status_code for answer in answers] == [200, 200, 200]


@contextmanager
def asked_while_halted(client: FlaskClient, count: int) -> Iterator[list[TestResponse]]:
    """Fill the queue; the process reads on before the answers are waited for."""
    with halted(client) as number, asked(client, count) as answers:
        yield answers
        os.kill(number, signal.SIGCONT)


def test_memory_is_bounded(made: Path, serve: Serve) -> None:
    client = serve(made, trying=Trying(memory=100 * 1024 * 1024))
    assert post(client, text=TEXT).status_code == 503


def test_the_process_ends_when_nobody_needs_it(made: Path, serve: Serve) -> None:
    client = serve(made, trying=Trying(idle=0.01))
    assert extractor(client).process is None
    assert post(client, text=TEXT).status_code == 200
    wait_until(lambda: extractor(client).process is None)
    assert post(client, text=TEXT).status_code == 200


def test_it_can_be_switched_off(made: Path, serve: Serve) -> None:
    client = serve(made, trying=None)
    page = Page(client.get("/try").text)
    assert "switched off" in page.text
    assert page.all("textarea") == []
    assert "/try" not in {link["href"] for link in page.all("a")}
    assert post(client, text=TEXT).status_code == 403
    assert client.post("/extract", data={"text": TEXT}).status_code == 403
    assert extractor(client).process is None


def test_the_command_switches_it_off(tmp_path: Path) -> None:
    store = make_store(tmp_path / "store")
    for options, said in (((), "<textarea"), (("--no-try",), "switched off")):
        with (
            served(store, *options) as endpoint,
            urlopen(f"{endpoint.removesuffix('/sparql')}/try") as answer,
        ):
            assert said in answer.read().decode()


def test_nothing_is_stored_or_logged(
    folder: Path, serve: Serve, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    before = state(folder)
    client = serve(folder)
    caplog.set_level("DEBUG")
    ACCESS.addHandler(caplog.handler)
    ACCESS.setLevel("INFO")
    try:
        assert post(client, text=TEXT).status_code == 200
        assert post(client, file=uploaded(HTML, "gunmen.html")).status_code == 200
        assert post(client, text=TEXT, published="soon").status_code == 400
    finally:
        ACCESS.removeHandler(caplog.handler)
        ACCESS.setLevel("NOTSET")
    assert state(folder) == before
    assert '"path": "/try"' in caplog.text
    heard = f"{caplog.text} {''.join(capfd.readouterr())}".lower()
    assert [word for word in ("gunmen", "convoy", "soon") if word in heard] == []


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_server_itself_loads_no_spacy(made: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from server import create_app
from server.app import close
from server.settings import Settings
app = create_app(Settings(Path({str(made)!r}), workers=2))
answer = app.test_client().post("/try", data={{"text": {TEXT!r}}})
assert answer.status_code == 200, answer.text
close(app)
sys.exit("spacy is loaded" if "spacy" in sys.modules else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
