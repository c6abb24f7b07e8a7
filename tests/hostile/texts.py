"""Queries that cost much more than they are long, and queries that are long."""

from collections.abc import Iterator
from urllib.parse import quote

# Characters that a query may have: the default of --max-query.
LONGEST = 100_000
# Strings that are doubled so often are longer than the memory that a query may have: 2^32 bytes.
DOUBLINGS = 32
# Each part of the path goes from each of the nodes to each: with so many, 12^16 ways.
PARTS = 16

ALL_WITH_ALL = " . ".join(f"?s{n} ?p{n} ?o{n}" for n in range(6))
COUNT = f"SELECT (COUNT(*) AS ?n) {{ {ALL_WITH_ALL} }}"
ROWS = f"SELECT * {{ {ALL_WITH_ALL} }}"
SORTED = f"{ROWS} ORDER BY ?o0 ?o1 ?o2 DESC(?s3)"
DISTINCT = f"SELECT DISTINCT ?s0 ?s1 ?s2 {{ {ALL_WITH_ALL} }}"

_EDGE = "(<urn:hostile:p>|<urn:hostile:q>)"


def _nested(depth: int) -> str:
    return f"({_nested(depth - 1)}/{_nested(depth - 1)})*" if depth else _EDGE


PATHS = (
    f"SELECT (COUNT(*) AS ?n) {{ ?a {'/'.join([f'{_EDGE}*'] * PARTS)} ?b }}",
    f"SELECT (COUNT(*) AS ?n) {{ ?a {'/'.join([f'{_EDGE}+'] * PARTS)} ?b }}",
    f"SELECT (COUNT(*) AS ?n) {{ ?a {_nested(6)}/{_nested(6)} ?b }}",
    f"SELECT (COUNT(*) AS ?n) {{ ?a ({_EDGE}|^{_EDGE})*/(!<urn:hostile:p>)*/{_EDGE}* ?b . ?b {_EDGE}* ?c }}",
)


def doubled(start: str, times: int) -> str:
    """Write BINDs after which a variable ?x holds a string so many times doubled."""
    steps = [f'BIND("{start}" AS ?x0)']
    steps += [f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(times)]
    return " ".join([*steps, f"BIND(?x{times} AS ?x)"])


# Long strings: 2^20 characters.
_LONG = doubled("a", 20)
REGEXES = (
    f"SELECT * {{ {_LONG} FILTER(REGEX(?x, '^(a+)+$')) FILTER(REGEX(?x, '(a|aa)+b')) }}",
    f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o . {_LONG} FILTER(REGEX(?x, '(((a*)*)*)*b', 'i')) }}",
    f"SELECT (STRLEN(REPLACE(?x, '(a*)*', '$0$0$0$0')) AS ?n) {{ {_LONG} }}",
    "ASK { FILTER(REGEX('a', '" + "(" * 2000 + "a" + ")*" * 2000 + "')) }",
    "ASK { FILTER(REGEX('a', '((a{1,1000}){1,1000}){1,1000}')) }",
    "ASK { ?s ?p ?o . ?t ?q ?u . BIND(CONCAT('(', STR(?o), STR(?u), '*)*') AS ?r) FILTER(REGEX('aaa', ?r)) }",
)
GROWTH = (
    f"SELECT (STRLEN(?x) AS ?n) {{ {doubled('0123456789', DOUBLINGS)} }}",
    f"SELECT ?x {{ {doubled('0123456789', DOUBLINGS)} }}",
    # Below the bound of the memory: the answer itself is large, a row of 80 MB.
    f"SELECT ?x {{ {doubled('01234567', 23)} }}",
    f"SELECT (GROUP_CONCAT(?y; separator='{'-' * 10_000}') AS ?z) {{ ?s ?p ?y . ?t ?q ?u }}",
    f"SELECT (ENCODE_FOR_URI(?x) AS ?z) {{ {doubled('/', 26)} }}",
    f"SELECT (SHA512(?x) AS ?z) {{ {doubled('/', 28)} ?s ?p ?o }}",
    f"SELECT (GROUP_CONCAT(?x) AS ?z) {{ {_LONG} ?s0 ?p0 ?o0 }}",
    "SELECT (COUNT(*) AS ?n) {" + " ".join(f"VALUES ?v{n} {{ 1 2 3 4 5 6 7 8 9 }}" for n in range(20)) + "}",
)


def nested(begin: str, end: str, middle: str = "", before: str = "", after: str = "") -> str:
    """Nest brackets of a kind as deep as the longest query allows."""
    depth = (LONGEST - len(middle) - len(before) - len(after)) // (len(begin) + len(end))
    return f"{before}{begin * depth}{middle}{end * depth}{after}"


NESTED = (
    nested("{", "}", before="ASK ", middle="{}"),
    nested("(", ")", before="ASK { FILTER(", middle="1", after=") }"),
    nested("!", "", before="ASK { FILTER(", middle="1", after=") }"),
    nested("-", "", before="ASK { FILTER(1=", middle="1", after=") }"),
    nested("1+", "", before="SELECT (", middle="1", after=" AS ?x) {}"),
    nested("1&&", "", before="ASK { FILTER(", middle="1", after=") }"),
    nested("OPTIONAL{", "}", before="ASK {", middle="?s ?p ?o", after="}"),
    nested("{SELECT*{", "}}", before="ASK {", middle="?s ?p ?o", after="}"),
    nested("{} UNION ", "", before="ASK {", middle="{}", after="}"),
    nested("MINUS{", "}", before="ASK {", middle="?s ?p ?o", after="}"),
    nested("GRAPH ?g{", "}", before="ASK {", middle="?s ?p ?o", after="}"),
    nested("FILTER EXISTS{", "}", before="ASK {", middle="?s ?p ?o", after="}"),
    nested("(", ")*", before="ASK { ?s ", middle="<urn:p>", after=" ?o }"),
    nested("^(", ")", before="ASK { ?s ", middle="<urn:p>", after=" ?o }"),
    nested("<urn:p>/", "", before="ASK { ?s ", middle="<urn:p>", after=" ?o }"),
    nested("[<urn:p>", "]", before="ASK { ?s <urn:p> ", middle="1", after=" }"),
    nested("(", ")", before="ASK { ?s <urn:p> ", middle="1", after=" }"),
    nested("<<?s ?p ", ">>", before="ASK { ?s ?p ", middle="1", after=" }"),
    nested("IF(1,1,", ")", before="ASK { FILTER(", middle="1", after=") }"),
    nested("{", "", before="ASK "),
    nested("(", "", before="SELECT "),
    nested("[", "", before="ASK { "),
)


def _numbers(form: str, size: int = LONGEST - 1000) -> str:
    """Repeat a form with growing numbers until it is so long."""
    one = len(form.format(999_999))
    return "".join(form.format(n) for n in range(100_000, 100_000 + size // one))


LISTS = (
    f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({_numbers('{},')}1)) }}",
    f"SELECT * {{ ?s ?p ?o . ?t ?q ?u FILTER(?o NOT IN ({_numbers('<urn:{}>,')}1)) }}",
    f"SELECT (COUNT(*) AS ?n) {{ VALUES ?v {{ {_numbers('{} ')} }} VALUES ?w {{ 1 2 3 }} ?s ?p ?v }}",
    f"SELECT (COUNT(*) AS ?n) {{ VALUES (?v ?w) {{ {_numbers('({} UNDEF)')} }} ?s ?p ?v . ?v ?q ?w }}",
    f"SELECT {_numbers('?v{} ')} {{ ?s ?p ?o . ?t ?q ?u }}",
    f"ASK {{ {_numbers('?a{} ?b ?c.')} }}",
    f"ASK {_numbers('FROM<urn:{}>')} {{ ?s ?p ?o }}",
    f"{_numbers('PREFIX p{}:<urn:a>')} ASK {{}}",
    f"SELECT * {{ ?s ?p ?o }} ORDER BY {_numbers('?v{} ')} ?s",
    f"SELECT * {{ {_numbers('{{?s{} ?p 1}}UNION')} {{}} }}",
)
TOO_LONG = f"ASK {{}} # {'x' * 10_000_000}"  # ten megabytes

# Ways to say `this machine` that some resolver or parser takes for it.
LOOPBACKS = (
    *(
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]",
    ),
    *("127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0.0.0.0"),
    *("0", "127.0.0.2", "[::]", "user@127.0.0.1", "user:pass@127.0.0.1", "127.0.0.1%2e", "%31%32%37.0.0.1"),
)
_SERVICES = (
    "SELECT * {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ sErViCe#c\n<{0}>{{?s ?p ?o}} }}",
    "PREFIX a: <{0}> SELECT * {{ SERVICE a: {{ ?s ?p ?o }} }}",
    "PREFIX a: <{0}> SELECT * {{ SERVICE:a{{}} SERVICE a:b {{ ?s ?p ?o }} }}",
    "BASE <{0}> SELECT * {{ SERVICE <> {{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(<{0}> AS ?e) SERVICE ?e {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?e {{ <{0}> }} SERVICE SILENT ?e {{ ?s ?p ?o }} }}",
    "SELECT * {{ {{ SELECT * {{ SERVICE <{0}> {{}} }} }} }}",
    "ASK {{ FILTER EXISTS {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
    "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ OPTIONAL {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }} }}",
    "SELECT * FROM <{0}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{0}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "DESCRIBE <{0}>",
)
_LOADS = (
    "LOAD <{0}>",
    "LOAD SILENT <{0}>",
    "LOAD <{0}> INTO GRAPH <urn:g>",
    "PREFIX a: <{0}> LOAD a:",
    "BASE <{0}> LOAD <>",
    "CLEAR SILENT GRAPH <urn:g> ; lOaD#c\n<{0}>",
    "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
)


def _addresses(port: int) -> Iterator[str]:
    for host in LOOPBACKS:
        yield f"http://{host}:{port}/data"
    yield f"HTTP://127.0.0.1:{port}/"
    yield f"file://127.0.0.1:{port}/etc/passwd"


def services(port: int) -> list[str]:
    """Write queries that would make the server call a port of this machine."""
    return [form.format(address) for address in _addresses(port) for form in _SERVICES]


def loads(port: int) -> list[str]:
    """Write updates that would."""
    return [form.format(address) for address in _addresses(port) for form in _LOADS]


def as_parameter(text: str) -> str:
    return quote(text, safe="")
