"""Score what is read from the evaluation articles and the seeds against their facts, and keep the floors.

python tests/eval/score.py             the three sets: facts missed, traps sprung, score
python tests/eval/score.py dev         one of them: dev, test or seeds
python tests/eval/score.py FILE...     articles, each with its facts in FILE.yaml or in facts.yaml beside it
python tests/eval/score.py --update    pin inputs and figures in baseline.json; refuses to lower a floor

The facts missed in the set `test` are not told, so that nobody comes to tune on them.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import pyoxigraph as ox
import yaml

import ontology
from builder.errors import InputError, PolemosError
from builder.model import Article, Report
from builder.rdf import to_quads
from builder.readers import read

if TYPE_CHECKING:
    from spacy.language import Language

HERE: Final = Path(__file__).parent
BASELINE: Final = HERE / "baseline.json"
# The articles of each set: a folder and a pattern.
SETS: Final[Mapping[str, tuple[Path, str]]] = {
    "dev": (HERE / "dev", "*.txt"),
    "test": (HERE / "test", "*.txt"),
    "seeds": (HERE.parents[1] / "seeds", "[0-9]*.md"),
}
HIDDEN: Final = frozenset(("test",))
_LABEL: Final = re.compile(r'LABEL\(\s*(\?\w+)\s*,\s*("(?:[^"\\]|\\.)*")\s*\)')


@dataclass(frozen=True, slots=True)
class Fact:
    """What the graph of an article must say or, if it is a trap, must not: a SPARQL group pattern."""

    id: str
    kind: str
    says: str
    where: str

    @property
    def query(self) -> str:
        """The fact as an ASK query, its LABEL macros written out."""
        numbers = count()

        def written_out(macro: re.Match[str]) -> str:
            label = f"?_label{next(numbers)}"
            return (
                f"{macro[1]} rdfs:label|skos:altLabel {label} . FILTER(REGEX(STR({label}), {macro[2]}, 'i')) "
            )

        return f"ASK {{ {_LABEL.sub(written_out, self.where)} }}"

    def holds(self, graph: ox.Store) -> bool:
        """Ask the union of the graphs."""
        answer = graph.query(self.query, prefixes=dict(ontology.PREFIXES), use_default_graph_as_union=True)
        return bool(answer)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on some articles, and on what: `sha256` is over inputs and facts."""

    articles: int
    core: int
    traps: int
    held: int
    sprung: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """One article's facts, with those that were missed and the traps that were sprung."""

    name: str
    facts: tuple[Fact, ...]
    missed: tuple[Fact, ...]
    sprung: tuple[Fact, ...]

    def __str__(self) -> str:
        return "\n".join(
            f"{self.name}: {verdict} {fact.id}: {fact.says}"
            for verdict, facts in (("missed", self.missed), ("trap sprung", self.sprung))
            for fact in facts
        )


@cache
def facts_of(article: Path) -> tuple[Fact, ...]:
    """Read the facts of an article: its own file of facts, or what the folder's facts.yaml says of it."""
    beside = (article.with_suffix(".yaml"), article.with_name("facts.yaml"))
    path = next((path for path in beside if path.is_file()), None)
    if path is None:
        raise InputError(
            "has no facts", article, remedy=f"write them to {beside[0].name} or {beside[1].name} beside it"
        )
    written = yaml.safe_load(path.read_text("utf-8"))
    return tuple(Fact(**fact) for fact in (written[article.name] if isinstance(written, dict) else written))


def articles_of(name: str) -> tuple[Path, ...]:
    """List the articles of a set."""
    folder, pattern = SETS[name]
    return tuple(sorted(folder.glob(pattern)))


def fingerprint(name: str) -> str:
    """Hash the names and contents of all that a set's figures hang on: texts, metadata, facts."""
    folder, _ = SETS[name]
    digest = hashlib.sha256()
    for path in sorted({*articles_of(name), *folder.glob("*.json"), *folder.glob("*.yaml")}):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def score(nlp: "Language", article: Path) -> Scored:
    """Read one article with the pipeline and ask its facts of its graph."""
    facts = facts_of(article)
    graph = ox.Store()
    graph.extend(to_quads(_report(nlp, article)))
    wrong = [fact for fact in facts if fact.holds(graph) is (fact.kind == "trap")]
    return Scored(
        article.name,
        facts,
        tuple(fact for fact in wrong if fact.kind == "core"),
        tuple(fact for fact in wrong if fact.kind == "trap"),
    )


def _report(nlp: "Language", path: Path) -> Report:
    from builder.report import extract  # noqa: PLC0415 (spaCy is slow to load; --help does without)

    (document,) = read((path,))
    if not isinstance(document, Article):
        raise document
    (outcome,) = extract(nlp, (document,))
    if not isinstance(outcome, Report):
        raise InputError(outcome.reason, path)
    return outcome


def figures(scored: Sequence[Scored], *, sha256: str = "") -> Figures:
    """Add up what was scored."""
    core = sum(fact.kind == "core" for each in scored for fact in each.facts)
    return Figures(
        articles=len(scored),
        core=core,
        traps=sum(len(each.facts) for each in scored) - core,
        held=core - sum(len(each.missed) for each in scored),
        sprung=sum(len(each.sprung) for each in scored),
        sha256=sha256,
    )


def measure(nlp: "Language", name: str) -> tuple[Figures, tuple[Scored, ...]]:
    """Score a whole set."""
    scored = tuple(score(nlp, article) for article in articles_of(name))
    return figures(scored, sha256=fingerprint(name)), scored


def read_baseline(path: Path = BASELINE) -> dict[str, Figures]:
    """Read the pinned figures of each set; none where there is no file yet."""
    pinned = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {name: Figures(**values) for name, values in pinned.items()}


def regressions(pinned: Mapping[str, Figures], measured: Mapping[str, Figures]) -> list[str]:
    """Say which floors were fallen through: fewer facts held, or more traps sprung, than were pinned."""
    pairs = [(name, pinned[name], found) for name, found in measured.items() if name in pinned]
    return [
        f"{name}: {found.held} facts, the floor is {floor.held}"
        for name, floor, found in pairs
        if found.held < floor.held
    ] + [
        f"{name}: {found.sprung} traps sprung, the ceiling is {floor.sprung}"
        for name, floor, found in pairs
        if found.sprung > floor.sprung
    ]


def update(
    measured: Mapping[str, Figures], *, path: Path = BASELINE, allow_regression: bool = False
) -> Mapping[str, Figures]:
    """Pin what was measured; sets that were not measured keep their figures.

    Raises PolemosError, and writes nothing, if that would lower a floor and `allow_regression` is not set.
    """
    pinned = read_baseline(path)
    lowered = regressions(pinned, measured)
    if lowered and not allow_regression:
        raise PolemosError(f"{path}: would lower {'; '.join(lowered)}; if it must be, --allow-regression")
    new = pinned | dict(measured)
    values: dict[str, Any] = {name: asdict(new[name]) for name in SETS if name in new}
    path.write_text(json.dumps(values, indent=2) + "\n", "utf-8")
    return new


@click.command(
    help="Score sets (dev, test, seeds; all if none is named) or single articles, and print what was missed.",
    epilog="\b\nExamples:\n  python tests/eval/score.py dev\n  python tests/eval/score.py article.txt\n"
    "  python tests/eval/score.py --update",
)
@click.argument("names", nargs=-1, metavar="[dev|test|seeds|FILE]...")
@click.option("--update", "pin", is_flag=True, help="Pin the figures of the sets as their floors.")
@click.option("--allow-regression", is_flag=True, help="With --update: lower floors too.")
def main(names: tuple[str, ...], *, pin: bool, allow_regression: bool) -> None:
    from builder.pipeline import load_pipeline  # noqa: PLC0415 (see above)

    nlp = load_pipeline()
    sets = {name: measure(nlp, name) for name in (names or SETS) if name in SETS}
    for name, (found, scored) in sets.items():
        _tell(name, found, () if name in HIDDEN else scored)
    for file in (Path(name) for name in names if name not in SETS):
        scored = (score(nlp, file),)
        _tell(file.name, figures(scored), scored)
    if pin:
        update({name: found for name, (found, _) in sets.items()}, allow_regression=allow_regression)
        click.echo(f"{BASELINE.name}: pinned {', '.join(sets)}")


def _tell(name: str, found: Figures, scored: Iterable[Scored]) -> None:
    for each in scored:
        if text := str(each):
            click.echo(text)
    click.echo(
        f"{name}: {found.held} of {found.core} facts, {found.sprung} of {found.traps} traps sprung, "
        f"score {found.held - found.sprung} of {found.core}"
    )


if __name__ == "__main__":
    try:
        main()
    except PolemosError as error:
        raise SystemExit(str(error)) from error
