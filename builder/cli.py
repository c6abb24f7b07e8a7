"""The command `polemos`: which commands there are, and how any error becomes one line and an exit status.

Exit status: 0 all done; 1 an error, or some documents failed; 2 wrong usage; 130 stopped by Ctrl-C.
"""

import os
import sys
from importlib.metadata import version

import click

from builder.commands.extract import extract
from builder.commands.progress import warn
from builder.errors import PolemosError

COMMANDS = (extract,)


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
    except click.UsageError as error:
        warn(f"{error.format_message()} (see polemos --help)")
        return error.exit_code
    except click.ClickException as error:
        warn(error.format_message())
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        warn("stopped")
        return 130
    except BrokenPipeError:
        # The reader of the pipe, `head` for one, has enough; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (PolemosError, OSError) as error:
        warn(error)
        return 1
    return status or 0
