"""From a file's bytes to a text, or to the reason why they are none."""

from dataclasses import dataclass
from pathlib import Path

from builder.errors import InputError

BYTE_ORDER_MARK = "\ufeff"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

# Control characters that no text holds: all below a space but backspace, tab, the line ends, form feed, the
# old end-of-file mark (0x1A) and escape. In bytes that are not UTF-8, they tell a picture from a text.
NOT_IN_TEXT = bytes(set(range(0x20)) - {0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one document may hold.

    `max_bytes` of a file, or of one line of a JSONL file: 10 MB is many times the longest report of a news
    agency, saved with all the markup of its page; more is an archive, or no report.
    `max_characters` of one text: spaCy needs about 1 MB of memory for 1,000 characters, so that 200,000 keep
    a build well under the 1.5 GB that it may use.
    """

    max_bytes: int = 10_000_000
    max_characters: int = 200_000


def load(path: Path, limits: Limits) -> bytes:
    """Return a file's bytes. Raises InputError if it cannot be read or holds more than `limits.max_bytes`."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.max_bytes + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > limits.max_bytes:
        raise too_large(path, limits)
    return data


def decode(data: bytes, origin: Path | None, *, line: int | None = None) -> str:
    """Return UTF-8 bytes as text without its byte order mark, line ends as they are.

    Raises InputError if the bytes are no text, or one in another encoding; `line` is where they stand, if
    they are one line of a file.
    """
    check_is_text(data, origin, line=line)
    try:
        return data.decode("utf-8").removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        if data.translate(None, NOT_IN_TEXT) != data:
            raise _binary(origin, line) from error
        found = line or data.count(b"\n", 0, error.start) + 1
        reason = f"is not UTF-8 (byte 0x{data[error.start]:02X} at offset {error.start})"
        raise _other_encoding(reason, "WINDOWS-1252", origin, found) from error


def check_is_text(data: bytes, origin: Path | None, *, line: int | None = None) -> None:
    """Raise InputError if bytes are empty, binary or UTF-16, none of which any reader takes."""
    if not data.strip():
        raise InputError("has no text", origin, line=line, remedy="leave it out, or give it a text")
    if data.startswith(UTF_16_MARKS):
        raise _other_encoding("is in UTF-16, not UTF-8", "UTF-16", origin, line)
    if b"\0" in data:
        raise _binary(origin, line)


def unreadable(path: Path, error: OSError) -> InputError:
    """Return the error for a file or folder that the system does not let us read."""
    reason = (error.strerror or str(error) or "unknown reason").lower()
    return InputError(f"cannot be read ({reason})", path, remedy="check the path and its permissions")


def too_large(origin: Path | None, limits: Limits, *, line: int | None = None) -> InputError:
    """Return the error for a document over `limits.max_bytes`."""
    reason = f"is larger than {limits.max_bytes:,} bytes"
    return InputError(reason, origin, line=line, remedy="split it, one article a line of a .jsonl file")


def _binary(origin: Path | None, line: int | None) -> InputError:
    return InputError("is binary", origin, line=line, remedy="convert it to plain text or HTML first")


def _other_encoding(reason: str, encoding: str, origin: Path | None, line: int | None) -> InputError:
    name = "FILE" if origin is None else f"'{origin}'"
    remedy = f"convert it from the encoding that it is in: iconv -f {encoding} -t UTF-8 {name}"
    return InputError(reason, origin, line=line, remedy=remedy)
