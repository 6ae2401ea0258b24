"""What streams yield."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Optional, TypeVar, Union

S = TypeVar("S")
U = TypeVar("U")


@dataclass(frozen=True)
class Snapshot(Generic[S]):
    """The whole state; replaces what was known."""

    value: S
    # Time at which the server sent it.
    server_time: Optional[datetime] = None


@dataclass(frozen=True)
class Update(Generic[U]):
    """One step further."""

    value: U
    server_time: Optional[datetime] = None


@dataclass(frozen=True)
class Gap:
    """Something is missing between what came before and what comes next."""

    why: str


@dataclass(frozen=True)
class Resumed:
    """The connection was lost and is back, and nothing is missing."""


Event = Union[Snapshot[S], Update[U], Gap, Resumed]
