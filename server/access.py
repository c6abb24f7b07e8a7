"""Who may write and operate: tokens, of which a file keeps the hashes alone."""

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from builder.errors import SettingError

_HASH: Final = re.compile(r"sha256:([0-9a-f]{64})")
_BYTES: Final = 32  # as long as the hash: there is nothing to guess, so a fast hash is as safe as a slow one


@dataclass(frozen=True, slots=True)
class Tokens:
    """The hashes of the tokens that are let in."""

    hashes: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file with a hash on each line; empty lines and those that begin with # are passed over.

        Raises `SettingError` if it cannot be read, holds anything else, or no hash at all.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"{path}: cannot be read; make a token: polemos token {path}") from error
        found = [
            (number, _HASH.fullmatch(line.strip()))
            for number, line in enumerate(lines, start=1)
            if line.strip() and not line.startswith("#")
        ]
        for number, match in found:
            if match is None:
                raise SettingError(
                    f"{path}:{number}: is not the hash of a token; make one: polemos token {path}"
                )
        if not found:
            raise SettingError(f"{path}: holds no token; make one: polemos token {path}")
        return cls(tuple(match[1] for _, match in found if match))

    def lets_in(self, authorization: str | None) -> bool:
        """Say whether a header `Authorization` bears one of the tokens; every hash is compared, in full.

        >>> Tokens((hash_of("open sesame"),)).lets_in("Bearer open sesame")
        True
        """
        scheme, _, token = (authorization or "").partition(" ")
        given = hash_of(token.strip())
        matches = [hmac.compare_digest(given, known) for known in self.hashes]
        return scheme.lower() == "bearer" and any(matches)


def hash_of(token: str) -> str:
    """Give what a file keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def add_token(path: Path) -> str:
    """Make a token, add its hash to a file that only its owner may read, and give the token.

    Raises `OSError` if the file cannot be written.
    """
    token = secrets.token_urlsafe(_BYTES)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab+") as stream:
        os.fchmod(descriptor, 0o600)  # a file that was there may be open to others
        stream.seek(0)
        held = stream.read()
        is_line_open = held != b"" and not held.endswith(b"\n")  # as some editors leave it
        stream.write(b"\n" * is_line_open + f"sha256:{hash_of(token)}\n".encode())
    return token
