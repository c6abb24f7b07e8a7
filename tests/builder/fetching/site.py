"""A web site on this machine, whose pages a test writes, and which remembers what it was asked for."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HTML = {"Content-Type": "text/html; charset=utf-8"}
TEXT = "A car bomb killed 12 people at a market in Kirkuk on Tuesday, police said. Nobody claimed it."


@dataclass(frozen=True)
class Reply:
    """What the site answers: the whole of it, so that a test can answer anything."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: HTML)


@dataclass(frozen=True)
class Asked:
    """A request that the site had."""

    path: str
    headers: Mapping[str, str]


@dataclass
class Site:
    """A site: replies by path, in turn where there are several, the last for ever; 404 for anything else."""

    url: str
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    heard: threading.Condition = field(default_factory=threading.Condition)
    trickling: set[str] = field(default_factory=set)
    is_over: threading.Event = field(default_factory=threading.Event)

    def put(self, path: str, *replies: Reply) -> str:
        """Have a path answered; give its address."""
        self.replies[path] = list(replies)
        return self.url + path

    def page(self, path: str, text: str = TEXT, **headers: str) -> str:
        """Have a path answered with a page that has an article in it."""
        return self.put(path, Reply(page(text), headers={**HTML, **headers}))

    def paths(self) -> list[str]:
        """List what was asked for, but robots.txt."""
        return [each.path for each in self.asked if each.path != "/robots.txt"]

    def wait_for(self, path: str) -> None:
        """Wait until a path is asked for."""
        with self.heard:
            assert self.heard.wait_for(lambda: path in self.paths(), 60)

    def reply(self, path: str) -> Reply:
        waiting = self.replies.get(path, [Reply(status=404)])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


def page(text: str) -> bytes:
    """Write a page with an article."""
    paragraphs = "".join(f"<p>{text}</p>" for text in (text, "The army sent more troops to the city."))
    return (
        f"<html><head><title>News</title></head><body><article>{paragraphs}</article></body></html>".encode()
    )


def serving(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with site.heard:
                site.asked.append(Asked(self.path, dict(self.headers)))
                site.heard.notify_all()
            reply = site.reply(self.path)
            etag = reply.headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                reply = Reply(status=304, headers={"ETag": etag})
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers and self.path not in site.trickling:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            with suppress(OSError):  # the client has gone
                while self.path in site.trickling and not site.is_over.wait(0.05):
                    self.wfile.write(b" ")

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def served(host: str = "127.0.0.1", *, certificate: Path | None = None) -> Iterator[Site]:
    """Serve a site, empty at first, on a free port of this machine; with a certificate, by TLS."""
    site = Site("")
    server = ThreadingHTTPServer((host, 0), serving(site))
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site.url = f"{'https' if certificate else 'http'}://{host}:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield site
    finally:
        site.is_over.set()
        server.shutdown()
        server.server_close()


def rss(*items: str) -> Reply:
    """An RSS 2.0 feed."""
    channel = f"<channel><title>Desk</title>{''.join(items)}</channel>"
    body = f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'
    return Reply(body.encode(), headers={"Content-Type": "application/rss+xml", "ETag": f'"{hash(body)}"'})


def item(link: str, title: str = "Bomb in Kirkuk", date: str = "Wed, 24 Jan 2024 01:30:00 +0300") -> str:
    return f"<item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate></item>"


def atom(*entries: str) -> Reply:
    """An Atom feed."""
    inside = f"<title>Desk</title>{''.join(entries)}"
    body = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{inside}</feed>'
    return Reply(body.encode(), headers={"Content-Type": "application/atom+xml"})


def entry(link: str, updated: str = "2024-01-24T08:00:00+03:00") -> str:
    return (
        f'<entry><id>tag:desk,2024:{link}</id><title>Bomb</title><link href="{link}"/>'
        f"<published>2024-01-24T07:00:00+03:00</published><updated>{updated}</updated></entry>"
    )
