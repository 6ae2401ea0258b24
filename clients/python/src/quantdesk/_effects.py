"""What the logic asks of the outer world. It is written once as generators that yield these; two small drivers, one with
threads and one with asyncio, carry them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Generator, Optional, Sequence, Tuple, TypeVar, Union

from quantdesk.events import Event

T = TypeVar("T")
Metadata = Sequence[Tuple[str, str]]


@dataclass(frozen=True)
class Call:
    """Make a call; its answer comes back."""

    method: Callable[..., Any]
    request: Any
    metadata: Metadata
    timeout_s: float


@dataclass(frozen=True)
class Open:
    """Open a stream in place of the one before."""

    method: Callable[..., Any]
    request: Any
    metadata: Metadata
    timeout_s: Optional[float]


@dataclass(frozen=True)
class Read:
    """Wait for the stream's next message; None comes back at its end."""


@dataclass(frozen=True)
class Sleep:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True)
class Emit:
    """Hand an event to whoever reads the stream."""

    event: Event


Operation = Generator[Union[Call, Sleep], Any, T]
Steps = Generator[Union[Open, Read, Sleep, Emit], Any, None]
