"""The ledger file: an append-only journal of JSON lines, each behind its CRC-32.

An entry reaches the operating system before the transaction it holds is acknowledged, so it outlives kill -9 of this
process. (It is not forced to the disk: surviving a power cut is not what a local chain is for.) A crash in the middle
of a write leaves a torn last line, which is cut off at the next start: its transaction was never acknowledged.
"""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Iterable, Iterator, Optional

from .errors import ChainError, LedgerCorruptError, LedgerWriteError

FORMAT_VERSION = 1

Entry = dict[str, Any]


class Journal:
    """One ledger file, held by one process at a time. Not thread-safe: the chain's event loop owns it."""

    def __init__(self, path: Path, genesis_hash: str) -> None:
        self._path = path
        self._header: Entry = {"type": "header", "version": FORMAT_VERSION, "genesis_hash": genesis_hash}
        self._file: Optional[BinaryIO] = None
        self.entry_count = 0
        """Entries in the file, header excluded: what a start would have to read."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = open(path.with_name(path.name + ".lock"), "wb")
        except OSError as error:
            raise ChainError(f"cannot open the ledger {path}: {error}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise ChainError(f"the ledger {path} is in use by another chain process: stop that one first") from error

    def open(self) -> Iterator[Entry]:
        """Yields the entries in order; appending is possible once the iterator is exhausted."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(descriptor, "r+b", buffering=0)
        except OSError as error:
            raise ChainError(f"cannot open the ledger {self._path}: {error}") from error
        whole_bytes = 0
        with open(self._path, "rb") as reader:
            for line in reader:
                entry = _decode(line)
                if entry is None:
                    # A file that does not even begin as a ledger is somebody's, and must not be cut off.
                    is_torn = whole_bytes > 0 or _encode(self._header).startswith(line)
                    if not is_torn or reader.read(1):
                        raise LedgerCorruptError(
                            f"the ledger {self._path} is damaged at byte {whole_bytes}: "
                            "restore it, or move it away to start a new chain"
                        )
                    break
                if whole_bytes == 0:
                    self._check_header(entry)
                else:
                    self.entry_count += 1
                    yield entry
                whole_bytes += len(line)
        self._file.truncate(whole_bytes)
        self._file.seek(whole_bytes)
        if whole_bytes == 0:
            self._write(self._file, self._header)

    def append(self, entry: Entry) -> None:
        """Hands one entry to the operating system; raises LedgerWriteError if it did not take it whole."""
        assert self._file is not None, "the journal is read before it is written"
        self._write(self._file, entry)
        self.entry_count += 1

    def rewrite(self, entries: Iterable[Entry]) -> None:
        """Replaces the whole content; a crash at any point leaves either the old file or the new one."""
        draft = self._path.with_name(self._path.name + ".new")
        count = 0
        try:
            with open(draft, "wb") as file:
                file.write(_encode(self._header))
                for entry in entries:
                    file.write(_encode(entry))
                    count += 1
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, self._path)
            replacement = open(self._path, "r+b", buffering=0)
            replacement.seek(0, os.SEEK_END)
        except OSError as error:
            raise LedgerWriteError(f"cannot compact the ledger {self._path}: {error}") from error
        if self._file is not None:
            self._file.close()
        self._file = replacement
        self.entry_count = count

    def close(self) -> None:
        """Closes the file and lets another process have it."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.close()

    def _check_header(self, header: Entry) -> None:
        if header.get("type") != "header" or header.get("version") != FORMAT_VERSION:
            raise LedgerCorruptError(f"{self._path} is not a ledger of this version: move it away to start a new chain")
        if header.get("genesis_hash") != self._header["genesis_hash"]:
            raise ChainError(
                f"the ledger {self._path} belongs to the chain {header.get('genesis_hash')}, "
                f"but the genesis seed to {self._header['genesis_hash']}: use the seed file it was made with"
            )

    def _write(self, file: BinaryIO, entry: Entry) -> None:
        remaining = memoryview(_encode(entry))
        try:
            while remaining:
                written = file.write(remaining)
                remaining = remaining[written:]
        except OSError as error:
            raise LedgerWriteError(f"cannot write to the ledger {self._path}: {error}") from error


def _encode(entry: Entry) -> bytes:
    body = json.dumps(entry, separators=(",", ":")).encode("ascii")
    return b"%08x %b\n" % (zlib.crc32(body), body)


def _decode(line: bytes) -> Optional[Entry]:
    """Returns the entry, or None if the line is torn or damaged."""
    if not line.endswith(b"\n") or line[8:9] != b" ":
        return None
    body = line[9:-1]
    if line[:8] != b"%08x" % zlib.crc32(body):
        return None
    return json.loads(body)
