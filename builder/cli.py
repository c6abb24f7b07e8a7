"""The command `polemos`: which commands there are, and how any error becomes one line and an exit status.

Exit status: 0 all done; 1 an error, or some documents failed; 2 wrong usage; 130 stopped by Ctrl-C.
"""

import sys
from importlib.metadata import version

import click

from builder.commands.build import build
from builder.commands.evaluate import evaluate
from builder.commands.explain import explain
from builder.commands.export import export
from builder.commands.extract import extract
from builder.commands.fetch import fetch
from builder.commands.info import info
from builder.commands.load import load
from builder.commands.merge import merge
from builder.commands.places import places
from builder.commands.progress import warn
from builder.commands.publish import publish_command
from builder.commands.query import query
from builder.commands.serve import serve
from builder.commands.token import token
from builder.commands.unlink import unlink
from builder.commands.validate import validate
from builder.commands.watch import watch
from builder.errors import PolemosError

COMMANDS = (
    *(build, load, fetch, watch, extract, export, merge, unlink, query, explain, publish_command),
    *(validate, info),
    *(evaluate, places, serve, token),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("polemos"), prog_name="polemos")
def polemos() -> None:
    """Read reports of armed conflict and write a knowledge graph that answers SPARQL."""


for command in COMMANDS:
    polemos.add_command(command)


def main() -> None:
    """Run the command line and exit with its status."""
    sys.exit(_run())


def _run() -> int:
    try:
        status = polemos.main(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        warn(error.format_message())
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        warn("stopped")
        return 130
    except (PolemosError, OSError) as error:
        warn(_said(error))
        return 1
    return status or 0


def _said(error: Exception) -> str:
    """Say what an error says, without the number that the operating system gives it."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)
