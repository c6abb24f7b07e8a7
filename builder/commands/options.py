"""Options that several commands share, with defaults and words from the settings."""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from builder import settings
from builder.endpoint import SCHEMES, Address, Credentials
from builder.exports.bulk import targets
from builder.fetching.manners import Manners
from builder.geonames import CHOSEN, choose_index
from builder.rdf import FORMATS

# Where credentials may stand besides a file: never on a command line, which others on the machine can read.
_CREDENTIALS: Final = "POLEMOS_CREDENTIALS"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def option(setting: settings.Setting, *names: str, **more: Any) -> Decorator:  # noqa: ANN401 (click's own)
    """Make the option of a setting; `more` goes to `click.option`."""
    shown = {"default": setting.default, "show_default": True} if setting.default is not None else {}
    return click.option(setting.option, *names, help=setting.text, **{**shown, **more})


def switch(setting: settings.Setting, *names: str) -> Decorator:
    """Make the option of a setting that is on or off: `--NAME/--no-NAME`."""
    return click.option(
        f"{setting.option}/--no-{setting.name}",
        *names,
        default=setting.default,
        show_default=True,
        help=setting.text,
    )


def examples(*lines: str) -> str:
    """Make the examples section that ends a command's help."""
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def _use(_context: click.Context, _option: click.Parameter, path: Path | None) -> None:
    if path is not None:
        choose_index(path)


def target(text: str) -> Decorator:
    """Make the option that names another store."""
    return click.option("--for", "target", type=click.Choice(tuple(targets())), help=text)


STORE = option(settings.STORE, required=True, type=click.Path(path_type=Path))
MODEL = option(settings.SPACY_MODEL, metavar="NAME")
TRAINED = option(settings.TRAINED_MODEL, metavar="DIR")
RULES = switch(settings.RULES)
TEXT = switch(settings.TEXT)
PLACES = option(
    settings.PLACES,
    envvar=CHOSEN,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    expose_value=False,
    callback=_use,
)
BASE = option(settings.BASE, metavar="IRI")


def recipe(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which pipeline reads, as one `recipe`."""

    @wraps(command)
    def told(*given: Any, spacy_model: str, trained_model: str | None, rules: bool, **more: Any) -> Any:  # noqa: ANN401
        return command(*given, recipe=settings.Recipe(spacy_model, trained_model, rules), **more)

    return MODEL(TRAINED(RULES(told)))


def manners(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say how sites are treated, as one `manners`."""

    @wraps(command)
    def told(*given: Any, delay: float, contact: str, allow_private: bool, **more: Any) -> Any:  # noqa: ANN401
        polite = Manners(delay=delay, contact=contact, allow_private=allow_private)
        return command(*given, manners=polite, **more)

    return _DELAY(_CONTACT(_ALLOW_PRIVATE(told)))


_DELAY = option(settings.DELAY, type=click.FloatRange(0), metavar="SECONDS")
_CONTACT = option(settings.CONTACT, metavar="WORDS")
_ALLOW_PRIVATE = option(settings.ALLOW_PRIVATE, is_flag=True)
FEEDS = option(settings.FEEDS, "listed_feeds", type=click.File(encoding="utf-8", lazy=False), metavar="FILE")


def address(*names: str, **more: Any) -> Decorator:  # noqa: ANN401 (click's own)
    """Give a command the option of an endpoint's address and those of who asks there, as one `address`.

    `names` and `more` say the option of the URL as `click.option` has it.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def told(
            *given: Any,  # noqa: ANN401
            url: str | None,
            credentials: Path | None,
            auth: str,
            plain: bool,
            **others: Any,  # noqa: ANN401
        ) -> Any:  # noqa: ANN401
            found = Address(url, _credentials(credentials, auth), plain) if url else None
            return command(*given, address=found, **others)

        return click.option(*names, "url", metavar="URL", **more)(_CREDENTIAL_FILE(_AUTH(_PLAIN(told))))

    return decorate


def _credentials(file: Path | None, scheme: str) -> Credentials | None:
    secret = os.environ.get(_CREDENTIALS) if file is None else file.read_text(encoding="utf-8")
    return Credentials(scheme, secret.strip()) if secret else None


_CREDENTIAL_FILE = click.option(
    "--credentials",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"A file with user:password or a token; the environment variable {_CREDENTIALS} holds the same.",
)
_AUTH = click.option(
    "--auth",
    type=click.Choice(SCHEMES),
    default=SCHEMES[0],
    show_default=True,
    help="How the credentials are shown.",
)
_PLAIN = click.option(
    "--plain", is_flag=True, help="Let credentials travel unencrypted, in a network that you trust."
)
FORMAT = option(settings.FORMAT, "format_", type=click.Choice(tuple(FORMATS)))
OUTPUT = option(settings.OUTPUT, "-o", type=click.Path(dir_okay=False, path_type=Path))
PATHS = click.argument("paths", nargs=-1, required=True, metavar="PATH...")
