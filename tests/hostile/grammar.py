"""Queries and updates as nobody would write them: built by the grammar, mutated, or no text at all."""

import re

from hypothesis import strategies as st

# A few nodes and properties, so that what is built by chance finds something now and then.
IRIS = ("<urn:a>", "<urn:b>", "<urn:p>", "<urn:q>", "<>", "<#x>", "<urn:%41>", "a:b", ":", "rdf:type")
VARIABLES = ("?s", "?p", "?o", "?x", "$y", "?é")
LITERALS = (
    *("1", "-1.5", "1e400", "true", "'a'", '"b"@en', "'''c\n'''", "'\\uD800'", "'\\u0000'", "'٣'^^<urn:p>"),
    *("'1'^^<http://www.w3.org/2001/XMLSchema#integer>", "99999999999999999999999999999999999999"),
    *("'2020-02-30'^^<http://www.w3.org/2001/XMLSchema#date>", "'a'@en-GB--ltr", "-0", "1.", ".5"),
)
FUNCTIONS = (
    *(
        "STR",
        "LANG",
        "DATATYPE",
        "BOUND",
        "IRI",
        "BNODE",
        "RAND",
        "ABS",
        "CEIL",
        "STRLEN",
        "UCASE",
        "ENCODE_FOR_URI",
    ),
    *(
        "YEAR",
        "TZ",
        "MD5",
        "SHA512",
        "COALESCE",
        "IF",
        "STRLANG",
        "STRDT",
        "SUBSTR",
        "REPLACE",
        "REGEX",
        "CONCAT",
    ),
    *(
        "STRBEFORE",
        "TRIPLE",
        "SUBJECT",
        "isTRIPLE",
        "<urn:f>",
        "<http://www.opengis.net/def/function/geosparql/area>",
    ),
    *("COUNT", "SUM", "GROUP_CONCAT", "SAMPLE", "UUID", "NOW", "EXISTS", "NOT EXISTS", "sameTerm", "isBLANK"),
)
OPERATORS = ("||", "&&", "=", "!=", "<", ">", "<=", "+", "-", "*", "/", "IN", "NOT IN", ",")
WORDS = (
    *("SELECT", "DISTINCT", "REDUCED", "CONSTRUCT", "DESCRIBE", "ASK", "FROM", "NAMED", "WHERE", "GROUP BY"),
    *(
        "HAVING",
        "ORDER BY",
        "ASC",
        "DESC",
        "LIMIT",
        "OFFSET",
        "VALUES",
        "UNDEF",
        "OPTIONAL",
        "GRAPH",
        "SERVICE",
    ),
    *(
        "SILENT",
        "BIND",
        "AS",
        "UNION",
        "MINUS",
        "FILTER",
        "EXISTS",
        "NOT",
        "LATERAL",
        "INSERT",
        "DELETE",
        "DATA",
    ),
    *(
        "WITH",
        "USING",
        "CLEAR",
        "DROP",
        "CREATE",
        "COPY",
        "MOVE",
        "ADD",
        "LOAD",
        "INTO",
        "TO",
        "ALL",
        "DEFAULT",
    ),
    *(
        "PREFIX",
        "BASE",
        "VERSION",
        "a",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "<<",
        ">>",
        "<<(",
        ")>>",
        "{|",
        "|}",
        "~",
    ),
    *(
        ".",
        ";",
        ",",
        "|",
        "^",
        "*",
        "+",
        "?",
        "!",
        "/",
        "^^",
        "@en",
        "#",
        "\\",
        '"',
        "'",
        "'''",
        "_:b",
        "\x00",
    ),
)
TOKENS = (*IRIS, *VARIABLES, *LITERALS, *FUNCTIONS, *OPERATORS, *WORDS)
PROLOGUE = "PREFIX a: <urn:> PREFIX : <urn:x#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"
_CUT = re.compile(r"<[^>\s]*>|[?$]\w+|'[^']*'|\"[^\"]*\"|\w+|\s+|.", re.DOTALL)

terms = st.sampled_from((*IRIS, *VARIABLES, *LITERALS, "_:b", "[]", "()", "<< ?s <urn:p> 1 >>"))
nodes = st.sampled_from((*VARIABLES, *IRIS))
paths = st.recursive(
    st.sampled_from((*IRIS[:4], "?p", "a")),
    lambda inner: st.one_of(
        st.builds("({}/{})".format, inner, inner),
        st.builds("({}|{})".format, inner, inner),
        st.builds("({}){}".format, inner, st.sampled_from(("*", "+", "?", "{2}"))),
        st.builds("{}{}".format, st.sampled_from(("^", "!")), inner),
    ),
    max_leaves=4,
)
triples = st.builds("{} {} {} .".format, terms, paths, terms)
expressions = st.recursive(
    st.one_of(st.sampled_from((*VARIABLES, *LITERALS)), st.sampled_from(IRIS)),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("{}({})".format, st.sampled_from(FUNCTIONS), st.lists(inner, max_size=3).map(", ".join)),
        st.builds("!{}".format, inner),
        st.builds("({} IN ({}, {}))".format, inner, inner, inner),
    ),
    max_leaves=6,
)
patterns = st.recursive(
    triples,
    lambda inner: st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds("{{ {} }}".format, inner),
        st.builds("{{ {} }} UNION {{ {} }}".format, inner, inner),
        st.builds(
            "{} {{ {} }}".format, st.sampled_from(("OPTIONAL", "MINUS", "FILTER EXISTS", "LATERAL")), inner
        ),
        st.builds("GRAPH {} {{ {} }}".format, nodes, inner),
        st.builds("SERVICE SILENT {} {{ {} }}".format, nodes, inner),
        st.builds("{} FILTER({})".format, inner, expressions),
        st.builds("{} BIND({} AS ?z)".format, inner, expressions),
        st.builds("{} VALUES (?x ?s) {{ (1 {}) (UNDEF UNDEF) }}".format, inner, terms),
        st.builds("{{ SELECT * {{ {} }} LIMIT 3 }}".format, inner),
        st.builds("{{ SELECT ({} AS ?n) {{ {} }} GROUP BY ?s }}".format, expressions, inner),
    ),
    max_leaves=4,
)
modifiers = st.sampled_from(
    ("", "LIMIT 5", "ORDER BY ?s DESC(?o)", "GROUP BY ?s", "HAVING(?s > 1)", "OFFSET -1", "VALUES ?s { 1 }")
)
built_queries = st.one_of(
    st.builds("SELECT * {{ {} }} {}".format, patterns, modifiers),
    st.builds("SELECT ({} AS ?n) {{ {} }} {}".format, expressions, patterns, modifiers),
    st.builds("ASK {{ {} }}".format, patterns),
    st.builds("CONSTRUCT {{ {} }} WHERE {{ {} }}".format, triples, patterns),
    st.builds("DESCRIBE {} {{ {} }}".format, nodes, patterns),
    st.builds("SELECT * FROM <urn:g> FROM NAMED <urn:h> {{ {} }}".format, patterns),
).map(PROLOGUE.__add__)
graphs = st.sampled_from(("GRAPH <urn:g>", "DEFAULT", "NAMED", "ALL", "GRAPH a:b", "<urn:g>"))
built_operations = st.one_of(
    st.builds("INSERT DATA {{ {} }}".format, triples),
    st.builds("DELETE DATA {{ {} }}".format, triples),
    st.builds("DELETE WHERE {{ {} }}".format, patterns),
    st.builds("DELETE {{ {} }} INSERT {{ {} }} WHERE {{ {} }}".format, triples, triples, patterns),
    st.builds("WITH <urn:g> INSERT {{ {} }} USING <urn:h> WHERE {{ {} }}".format, triples, patterns),
    st.builds(
        "{} {}{}".format,
        st.sampled_from(("CLEAR", "DROP", "CREATE")),
        st.sampled_from(("SILENT ", "")),
        graphs,
    ),
    st.builds("{} {} TO {}".format, st.sampled_from(("COPY", "MOVE", "ADD")), graphs, graphs),
    st.builds("LOAD SILENT {} INTO {}".format, nodes, graphs),
)
built_updates = st.lists(built_operations, min_size=1, max_size=3).map(" ;\n".join).map(PROLOGUE.__add__)


@st.composite
def mutated(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """Cut a text into tokens and swap, drop, repeat or replace a few."""
    pieces = _CUT.findall(draw(texts))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(pieces) - 1)))
        other = draw(st.integers(0, max(0, len(pieces) - 1)))
        change = draw(st.sampled_from(("swap", "drop", "repeat", "replace", "text")))
        if change == "swap" and pieces:
            pieces[at], pieces[other] = pieces[other], pieces[at]
        elif change == "drop":
            del pieces[at : at + 1]
        elif change == "repeat":
            pieces[at:at] = pieces[at : at + 5] * draw(st.integers(1, 50))
        else:
            new = draw(st.sampled_from(TOKENS) if change == "replace" else st.text(max_size=5))
            pieces[at : at + 1] = [new]
    return "".join(pieces)


def _encoded(texts: st.SearchStrategy[str]) -> st.SearchStrategy[bytes]:
    return texts.map(lambda text: text.encode("utf-8", "surrogatepass"))


_soups = st.lists(st.sampled_from(TOKENS), max_size=20).map(" ".join)
_noise = st.one_of(st.binary(max_size=50), _encoded(st.text(st.characters(), max_size=50)))
queries = st.one_of(_encoded(built_queries), _encoded(mutated(built_queries)), _encoded(_soups), _noise)
updates = st.one_of(_encoded(built_updates), _encoded(mutated(built_updates)), _encoded(_soups), _noise)
accepts = st.sampled_from(
    (
        *(
            "",
            "*/*",
            "text/csv",
            "text/turtle",
            "application/sparql-results+xml",
            "text/html",
            "application/ld+json",
        ),
        *("text/tab-separated-values", "image/png", "a", "*/*;q=0", "text/csv;q=x, application/n-triples"),
    )
)
# How a query is sent: as a body, as a field of a form, or in the address of the endpoint or of the page.
ways = st.sampled_from(("body", "body", "form", "/sparql", "/query"))
