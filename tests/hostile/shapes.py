"""Requests that are wrong in their bytes: each with the statuses that are an answer to it.

Where two are given, either is right by RFC 9110 and 9112; none means that the connection may just end.
"""

from dataclasses import dataclass

from .attacks import head, posted

ASK = "/sparql?query=ASK%20%7B%7D"
BODY = b"query=ASK+%7B%7D"
FORM = "application/x-www-form-urlencoded"
# Sent behind a body that two readers may end in different places: were it answered, it was smuggled in.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
# Bytes: as in the task of this test; far beyond what any client sends.
ABSURD = 100_000


@dataclass(frozen=True)
class Shape:
    """Bytes to send, and the statuses of the first answer that are right."""

    name: str
    sent: bytes
    statuses: tuple[int, ...]
    may_end: bool = False


def _framed(*fields: str, body: bytes = BODY) -> bytes:
    return head("POST /sparql", f"Content-Type: {FORM}", *fields, connection="keep-alive") + body


_CHUNKED = b"10\r\n" + BODY + b"\r\n0\r\n\r\n"
_LENGTH = f"Content-Length: {len(BODY)}"

FRAMES = (
    Shape(
        "both headers", _framed("Content-Length: 4", "Transfer-Encoding: chunked", body=_CHUNKED), (200, 400)
    ),
    Shape(
        "both headers, a request behind",
        _framed("Content-Length: 6", "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + SMUGGLED),
        (400,),
    ),
    Shape(
        "chunks in HTTP/1.0",
        _framed("Transfer-Encoding: chunked", body=_CHUNKED + SMUGGLED).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
        (400,),
    ),
    Shape("two lengths", _framed(_LENGTH, "Content-Length: 5"), (400,)),
    Shape("the same length twice", _framed(_LENGTH, _LENGTH), (200, 400)),
    Shape("a list of lengths", _framed("Content-Length: 16, 16"), (200, 400)),
    Shape("a length with a sign", _framed("Content-Length: +16"), (400,)),
    Shape("a length below zero", _framed("Content-Length: -1"), (400,)),
    Shape("a length in hex", _framed("Content-Length: 0x10"), (400,)),
    Shape("a length with an underline", _framed("Content-Length: 1_6"), (400,)),
    Shape("a length in other digits", _framed("Content-Length: \xb2"), (400,)),
    Shape("an empty length", _framed("Content-Length: "), (400, 411)),
    Shape("a length of many digits", _framed(f"Content-Length: {'9' * 5000}"), (400, 413, 431)),
    Shape("a length of 4 EB", _framed(f"Content-Length: {2**62}"), (413,)),
    Shape("a blank before the colon", _framed("Content-Length : 16"), (400,)),
    Shape("a folded header", _framed("Content-Length:\r\n 16"), (200, 400)),
    Shape("chunked twice", _framed("Transfer-Encoding: chunked, chunked", body=_CHUNKED), (200, 400, 501)),
    Shape("an unknown encoding", _framed("Transfer-Encoding: xchunked", body=_CHUNKED), (400, 501)),
    Shape("an encoding behind", _framed("Transfer-Encoding: chunked, gzip", body=_CHUNKED), (400, 501)),
    Shape("an encoding with a tab", _framed("Transfer-Encoding:\tchunked", body=_CHUNKED), (200, 400)),
    Shape("an encoding with 0x0b", _framed("Transfer-Encoding: \x0bchunked", body=_CHUNKED), (400, 501)),
    Shape("an encoding with a bare line feed", _framed("X: a\nTransfer-Encoding: chunked"), (400,)),
    Shape("a chunk with a sign", _framed("Transfer-Encoding: chunked", body=b"+10\r\n" + BODY), (400,)),
    Shape("a chunk with 0x", _framed("Transfer-Encoding: chunked", body=b"0x10\r\n" + BODY), (400,)),
    Shape("a chunk too long", _framed("Transfer-Encoding: chunked", body=b"1\r\n" + _CHUNKED[4:]), (400,)),
    Shape(
        "a chunk of 2^64",
        _framed("Transfer-Encoding: chunked", body=b"1" + b"0" * 16 + b"\r\n"),
        (400, 413),
        True,
    ),
    Shape(
        "a chunk's extension without an end",
        _framed("Transfer-Encoding: chunked", body=b"1;" + b"a" * ABSURD),
        (400, 413),
    ),
)
HEADS = (
    Shape("no request", b"NONSENSE\r\n\r\n", (400,)),
    Shape("binary", bytes(range(256)) + b"\r\n\r\n", (400,)),
    Shape("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n", (400,)),
    Shape("another protocol", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 404, 405, 505)),
    Shape("a small method", b"get / HTTP/1.1\r\nHost: a\r\n\r\n", (400,)),
    Shape("an unknown method", head("BREW /sparql"), (405, 501)),
    Shape("TRACE", head("TRACE /sparql"), (405,)),
    Shape("CONNECT", head("CONNECT 127.0.0.1:1"), (400, 404, 405)),
    Shape("DELETE", head("DELETE /sparql"), (405,)),
    Shape("a method of 10 kB", head("A" * 10_000 + " /sparql"), (400, 405, 431, 501)),
    Shape("an asterisk", head("OPTIONS *"), (200, 400, 404)),
    Shape("another server's address", head("GET http://127.0.0.1:1/"), (200, 400, 404)),
    Shape("an address without an end", head("GET //[::1"), (400, 404)),
    Shape("a bracket without an end", head("GET http://[::1/"), (400, 404)),
    Shape("a path upwards", head("GET /static/../../../../etc/passwd"), (400, 404)),
    Shape("a path upwards, encoded", head("GET /static/%2e%2e/%2e%2e/%2e%2e/etc/passwd"), (400, 404)),
    Shape("NUL in the path", head("GET /%00"), (400, 404)),
    Shape("NUL in a header", head(f"GET {ASK}", "Accept: text/\x00csv"), (200, 400)),
    Shape("NUL in the name of a header", head(f"GET {ASK}", "X\x00Y: 1"), (400,)),
    Shape("NUL in the first line", head(f"GET {ASK}\x00"), (200, 400)),
    Shape("bare NULs", b"\x00" * 1000 + b"\r\n\r\n", (400,)),
    Shape(
        "an Accept of 100 kB", head(f"GET {ASK}", "Accept: " + "a/b;q=0.1," * (ABSURD // 10)), (200, 406, 431)
    ),
    Shape("an Accept of commas", head(f"GET {ASK}", "Accept: " + "," * ABSURD), (200, 406, 431)),
    Shape(
        "an Accept of quotes", head(f"GET {ASK}", 'Accept: a/b;x="' + '\\"' * (ABSURD // 2)), (200, 406, 431)
    ),
    Shape(
        "an Accept-Encoding of 100 kB",
        head(f"GET {ASK}", "Accept-Encoding: " + "gzip," * (ABSURD // 5)),
        (200, 431),
    ),
    Shape(
        "an Accept-Language of 100 kB",
        head(f"GET {ASK}", "Accept-Language: " + "en," * (ABSURD // 3)),
        (200, 431),
    ),
    Shape("many tags", head(f"GET {ASK}", "If-None-Match: " + '"a",' * (ABSURD // 4)), (200, 431)),
    Shape(
        "many ranges", head(f"GET {ASK}", "Range: bytes=" + "0-1," * (ABSURD // 4)), (200, 206, 400, 416, 431)
    ),
    Shape("many cookies", head("GET /", "Cookie: " + "a=b;" * (ABSURD // 4)), (200, 431)),
    Shape("many headers", head("GET /", *(f"X-{n}: a" for n in range(ABSURD // 10))), (200, 431)),
    Shape("a quality of 5,000 digits", head(f"GET {ASK}", f"Accept: text/csv;q=0.{'1' * 5000}"), (200, 406)),
    Shape("a quality that is no number", head(f"GET {ASK}", "Accept: text/csv;q=NaN, */*;q=inf"), (200, 406)),
    Shape(
        "another host",
        b"GET /health HTTP/1.1\r\nHost: evil\r\nHost: a\r\nConnection: close\r\n\r\n",
        (200, 400),
    ),
    Shape("a host that is none", b"GET / HTTP/1.1\r\nHost: a b<>\r\nConnection: close\r\n\r\n", (200, 400)),
    Shape("no host", b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", (200, 400)),
    Shape("an unknown version", b"GET /health HTTP/9.9\r\n\r\n", (200, 400, 505)),
    Shape("no version", b"GET /health\r\n\r\n", (200, 400)),
)
TEXTS = (
    Shape("a query that is no percent-encoding", head("GET /sparql?query=%ZZ%"), (400,)),
    Shape("a query that is not UTF-8", head("GET /sparql?query=ASK%20%7B%7D%20%23%FF%FE"), (200, 400)),
    Shape("a query with a surrogate", head("GET /sparql?query=ASK%20%7B%7D%20%23%ED%A0%80"), (200, 400)),
    Shape("a query with raw bytes", head("GET /sparql?query=ASK{}%20#\xff\xfe"), (200, 400)),
    Shape("a query with NUL", head("GET /sparql?query=ASK%20%7B%7D%00"), (400,)),
    Shape("a query with a line break", head("GET /sparql?query=ASK%20%7B%7D%0d%0aX-Evil:1"), (400,)),
    Shape("a question with a line break", head("GET /?question=a%0d%0aX-Evil:%201"), (404,)),
    Shape("a node with a line break", head("GET /describe?iri=a%0d%0aX-Evil:1"), (400,)),
    Shape("a format with a line break", head(f"GET {ASK}&format=%0d%0aX-Evil:1"), (200, 400, 406)),
    Shape("a graph with a line break", head("GET /graph-store?graph=urn:a%0d%0aX-Evil:1"), (400, 404)),
    Shape("a graph that is not UTF-8", head("GET /graph-store?graph=urn:%FF"), (400, 404)),
    Shape("a graph with a surrogate", head("GET /graph-store?graph=urn:%ED%A0%80"), (400, 404)),
    Shape("a graph with NUL", head("GET /graph-store?graph=urn:a%00b"), (400, 404)),
    Shape("a graph without an end", head("GET /graph-store?graph=http://[::1"), (400, 404)),
    Shape("a dataset that is no IRI", head(f"GET {ASK}&default-graph-uri=a%20b%00%FF"), (400,)),
    Shape("a path that is not UTF-8", head("GET /%FF%FE"), (404,)),
    Shape("a path of raw bytes", head("GET /\xff\xfe"), (400, 404)),
    Shape("a graph's own path that is not UTF-8", head("GET /graph-store/%FF"), (400, 404)),
    Shape("many fields", head("GET /sparql?" + "a&" * (ABSURD // 2)), (200, 400, 413, 431)),
    Shape("a body that is not UTF-8", _framed("Content-Length: 8", body=b"query=\xff\xfe"), (200, 400)),
    Shape("a body with many fields", posted("a=b&" * 200_000, FORM), (400, 413)),
    Shape("a body of percent signs", posted("query=" + "%" * 500_000, FORM), (400, 413)),
    Shape("a query that is not UTF-8, posted", posted("ASK {}").replace(b"ASK {}", b"ASK\xff{}"), (400,)),
    Shape(
        "an unknown character set",
        posted("ASK {}", "application/sparql-query; charset=nonsense"),
        (200, 400, 415),
    ),
    Shape("no media type", posted("ASK {}", ""), (415,)),
    Shape("a media type that is none", posted("ASK {}", "a/b/c;;;=\x00\xff"), (400, 415)),
    Shape(
        "a part without an end",
        posted("--a\r\n" * 20_000, "multipart/form-data; boundary=a"),
        (400, 413, 415),
    ),
    Shape("an update", posted("DROP ALL", "application/sparql-update"), (403,)),
    Shape(
        "a graph",
        posted("<a> <b> <c> .", "text/turtle").replace(b"POST /sparql", b"PUT /graph-store?default"),
        (403,),
    ),
)
SHAPES = FRAMES + HEADS + TEXTS
