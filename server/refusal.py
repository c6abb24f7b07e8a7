"""What a text may not do here: SERVICE and LOAD would make the server send requests of its own.

Oxigraph has no switch for them, and what is such a clause only its parser knows for sure: comments, strings,
IRIs and names may hold the words, and `SERVICE:a{}` is a clause although it looks like a name. So the parser
is the judge. A text with other words in place of these means the same to it unless one was a keyword, and
then it is malformed. Texts without the words cost nothing, and nothing is run that holds one.

Where there is a keyword, our tokens say where: there a harmless clause is put in its place, GRAPH or DROP,
and the judge is asked again. If now it parses, these were all there are, and each must go to a host that
the operator listed. Tokens need not be right for that: all that is put in is letters, blanks and ";", so
every string, comment and IRI ends where it did, and a clause that is not seen is still malformed.

The name of a host is looked up here, and later once more by Oxigraph. Who rules the name could answer us
with a public address and Oxigraph with another, so only names in good hands belong on the list.
"""

import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple, Variable

from server.tokens import SKIPPED, Kind, tokens

_FLAGS: Final = re.IGNORECASE | re.ASCII  # as Oxigraph reads keywords: no "ſ" is an s
_QUERY: Final = re.compile("service", _FLAGS)
_UPDATE: Final = re.compile("service|load", _FLAGS)
# As long as the words, so that an error is where the parser says; letters only, so that they stand in names,
# IRIs and language tags; and nothing that anybody calls a variable.
_NONSENSE: Final = {"service": "svcqxzj", "load": "lqxz"}
# A variable that no query selects and a first operation that fails: both before anything is evaluated, so
# judging costs no more than parsing. Were they to fail no longer, it would cost more and be as right.
_ABSENT: Final[dict[Variable, NamedNode | BlankNode | Literal | Triple]] = {
    Variable("svcqxzjlqxz"): NamedNode("urn:none")
}
_FAILING: Final = "DROP GRAPH <urn:none>;"

_GAP: Final = r"(?:[ \t\r\n]++|#[^\r\n]*+)*+"
_PROLOGUE: Final = re.compile(
    rf"(?:{_GAP}(?:(?:prefix{_GAP}[^\s:<]*+:|base){_GAP}<[^>]*+>|version{_GAP}(?:'[^']*+'|\"[^\"]*+\")))*+{_GAP}",
    _FLAGS,
)
_CLAUSE: Final = re.compile(
    rf"(?P<word>service|load|into)(?P<gap>{_GAP})(?P<silent>silent)?+(?P<rest>{_GAP})", _FLAGS
)
_TARGET: Final = re.compile(
    r"<http(?P<secure>s)?://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?:[/?#][^\x00-\x20<>\"{}|^`\\]*)?>",
    _FLAGS,
)
_ENTRY: Final = re.compile(r"(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?", _FLAGS)
_LOOPBACK: Final = ("127.0.0.1", "::1")  # what listing `localhost` lists
_GIVEN_OUT: Final = IPv6Network("2000::/3")  # all of IPv6 that is public so far

_NO_LIST: Final = "this endpoint sends no requests to others"
_NO_IRI: Final = (
    "its target must be an http or https IRI, written out in angle brackets right behind the word, whose host"
    " is on this endpoint's list; variables, prefixed names and relative IRIs are refused"
)
_NOT_LISTED: Final = "{} is not on this endpoint's list of hosts"
_NOT_FOUND: Final = "the address of {} cannot be found"
_NOT_PUBLIC: Final = "{} has an address that is not public"


@dataclass(frozen=True, slots=True)
class Host:
    """A host as requests name it, in small letters or as a plain address; without a port, on any port."""

    name: str
    port: int | None = None


def refusal(
    text: str, *, base: str | None = None, update: bool = False, allowed: frozenset[str] = frozenset()
) -> str | None:
    """Say why a query or an update is refused, or None if it may run.

    `allowed` are hosts that SERVICE and LOAD may call: `example.org` on any port, `example.org:8080` on this
    one. A name that leads to an address that is not public is refused unless that address is listed too;
    `localhost` lists the loopback addresses. Variables and prefixed names are refused as targets always.

    Raises `SyntaxError` if the text holds the words and is malformed in any case, `ValueError` if an entry of
    the list is no host.

    >>> refusal("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }")
    'SERVICE is refused: this endpoint sends no requests to others'
    >>> refusal("ASK { ?s ?p 'SERVICE <http://example.org/> {}' } # SERVICE")
    >>> refusal("LOAD <http://192.0.2.7/data>", update=True, allowed=frozenset({"192.0.2.7"}))
    """
    words = _UPDATE if update else _QUERY
    if not words.search(text) or _parses(words.sub(_nonsense, text), base, update=update):
        return None
    clauses = [clause for clause in _clauses(text) if update or _word(clause) == "SERVICE"]
    # What is malformed still is a syntax error, and so is a clause that the tokens did not see.
    _parse(words.sub(_nonsense, _harmless(text, clauses)), base, update=update)
    hosts = listed(allowed)
    calls = dict.fromkeys((_word(each), _target(text, each)) for each in clauses if _word(each) != "INTO")
    reasons = ((word, _reason(target, hosts)) for word, target in calls)
    return next((f"{word} is refused: {reason}" for word, reason in reasons if reason), None)


def check_query(text: str, *, base: str | None = None) -> None:
    """Raise `SyntaxError` unless a text that `refusal` lets pass is a query; nothing of it is evaluated.

    >>> check_query("ASK {}")
    >>> check_query("DROP ALL")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    SyntaxError: where the parser sees that it is none
    """
    if not _QUERY.search(text):  # else it has been parsed already
        _parse(text, base, update=False)


@lru_cache
def listed(entries: frozenset[str]) -> frozenset[Host]:
    """Read a list of hosts as an operator writes it: names and addresses, each with or without a port.

    Raises `ValueError` for an entry that is no host, such as an IRI.

    >>> sorted(host.name for host in listed(frozenset({"Example.org:443", "::1", "[2001:db8::1]:80"})))
    ['2001:db8::1', '::1', 'example.org']
    """
    hosts = {_entry(entry) for entry in entries}
    loopback = {Host(name, host.port) for host in hosts if host.name == "localhost" for name in _LOOPBACK}
    return frozenset(hosts | loopback)


def _entry(entry: str) -> Host:
    bare = entry.count(":") > 1 and not entry.startswith("[")  # an IPv6 address, which has no port then
    host = _host(_ENTRY.fullmatch(f"[{entry}]" if bare else entry), None)
    if host is None:
        raise ValueError(f"{entry!r} is no host: write example.org, example.org:8080 or an address")
    return host


def _host(found: re.Match[str] | None, usual: int | None) -> Host | None:
    try:
        return Host(_name(found["host"]), int(found["port"]) if found["port"] else usual) if found else None
    except ValueError:
        return None  # in brackets, but no address


def _name(host: str) -> str:
    """Give the one way to write an address, and a name in small letters; odd addresses are but odd names."""
    if host.startswith("["):
        return str(IPv6Address(host[1:-1]))
    try:
        return str(IPv4Address(host))
    except ValueError:
        return host.lower()


def _nonsense(found: re.Match[str]) -> str:
    """Keep the case of letters: ?service and ?SERVICE stay two variables."""
    word = found[0]
    letters = zip(word, _NONSENSE[word.lower()], strict=True)
    return "".join(new.upper() if old.isupper() else new for old, new in letters)


def _clauses(text: str) -> Iterator[re.Match[str]]:
    """Give what may be a SERVICE or LOAD clause, or the INTO of one, up to the target.

    Oxigraph takes `SERVICE:a` for a clause where it is no name, as it is where the prefix is declared.
    """
    declared: set[str] = set()
    before = ""
    for token in tokens(text):
        if token.kind in SKIPPED:
            continue
        prefix = token.text.partition(":")[0]
        if token.kind is Kind.NAME and before == "prefix":
            declared.add(prefix)
        elif token.kind is Kind.WORD or (token.kind is Kind.NAME and prefix not in declared):
            found = _CLAUSE.match(text, token.start)
            if found:
                yield found
        before = token.text.lower()


def _word(clause: re.Match[str]) -> str:
    return clause["word"].upper()


def _harmless(text: str, clauses: Iterable[re.Match[str]]) -> str:
    """Put GRAPH in place of SERVICE, and DROP GRAPH in place of LOAD: well-formed text stays so."""
    pieces = []
    position = 0
    for clause in clauses:
        pieces += [text[position : clause.start()], _harmless_clause(clause)]
        position = clause.end()
    return "".join([*pieces, text[position:]])


def _harmless_clause(clause: re.Match[str]) -> str:
    gap, silent, rest = clause.group("gap", "silent", "rest")
    if _word(clause) == "SERVICE":
        return "GRAPH".ljust(len("SERVICE")) + gap + " " * len(silent or "") + rest
    return f"DROP{gap}{silent or ''}{rest}GRAPH " if _word(clause) == "LOAD" else f";DROP{gap}{rest}"


def _target(text: str, clause: re.Match[str]) -> Host | None:
    """Give the host that a clause calls; None if not all of it is written plainly."""
    found = _TARGET.match(text, clause.end())
    if not found or "#" in clause[0]:
        return None
    return _host(found, 443 if found["secure"] else 80)  # the ports of the two schemes


def _reason(target: Host | None, hosts: frozenset[Host]) -> str | None:
    """Say why a host may not be called, or None if it may."""
    if not hosts:
        return _NO_LIST
    if target is None:
        return _NO_IRI
    if not _is_listed(target, hosts):
        return _NOT_LISTED.format(target.name)
    return _address_reason(target, hosts)


def _is_listed(target: Host, hosts: frozenset[Host]) -> bool:
    return target in hosts or Host(target.name) in hosts


def _address_reason(target: Host, hosts: frozenset[Host]) -> str | None:
    """Look up a listed host: each of its addresses must be public, or listed as well."""
    try:
        found = socket.getaddrinfo(target.name, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # the latter for names that cannot be any
        return _NOT_FOUND.format(target.name)
    addresses = {str(address[0]) for *_, address in found}
    if all(_is_listed(Host(each, target.port), hosts) or _is_public(each) for each in addresses):
        return None
    return _NOT_PUBLIC.format(target.name)


def _is_public(text: str) -> bool:
    """Whether an address is one of the internet's; those that hold another address within are not."""
    address = ip_address(text)
    if isinstance(address, IPv6Address) and (address.sixtofour or address.teredo):
        return False
    given_out = address.version == 4 or address in _GIVEN_OUT
    return given_out and address.is_global and not address.is_multicast


def _parses(text: str, base: str | None, *, update: bool) -> bool:
    try:
        _parse(text, base, update=update)
    except SyntaxError:
        return False
    return True


def _parse(text: str, base: str | None, *, update: bool) -> None:
    """Parse a text that holds none of the words, and evaluate nothing of it."""
    with suppress(RuntimeError, ValueError):  # it parsed
        if update:
            _parse_update(text, base)
        else:
            Store().query(text, base_iri=base, substitutions=_ABSENT)


def _parse_update(text: str, base: str | None) -> None:
    start = _PROLOGUE.match(text)
    first = start.end() if start else 0
    try:
        Store().update(text[:first] + _FAILING + text[first:], base_iri=base)
    except SyntaxError:
        Store().update(text, base_iri=base)  # to be told the place in the text as it was sent
