"""The server's clock, as seen from here."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Callable, Deque, Optional

SAMPLES_MAX = 32
SAMPLE_AGE_MAX_S = 600.0


@dataclass(frozen=True)
class ClockSample:
    """What one request and its answer say about the server's clock."""

    # Seconds to add to the local clock.
    offset_s: float
    # Half of the way there and back: the offset is wrong by no more than this.
    uncertainty_s: float
    # Local monotonic time of the sample.
    taken_s: float


class ServerClock:
    """Estimates the server's time: of the recent answers the one that came fastest counts. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._samples: Deque[ClockSample] = deque(maxlen=SAMPLES_MAX)

    def observe(self, sent_s: float, elapsed_s: float, server_s: float) -> None:
        """Takes in an answer: local time of sending, seconds until the answer, server's time in it."""
        half = max(0.0, elapsed_s) / 2
        with self._lock:
            self._samples.append(ClockSample(server_s - (sent_s + half), half, self._monotonic()))

    @property
    def best(self) -> Optional[ClockSample]:
        """The most certain of the recent samples; None before the first answer."""
        oldest = self._monotonic() - SAMPLE_AGE_MAX_S
        with self._lock:
            recent = [sample for sample in self._samples if sample.taken_s >= oldest] or list(self._samples)[-1:]
        return min(recent, key=lambda sample: sample.uncertainty_s, default=None)

    @property
    def samples(self) -> int:
        """Number of samples held."""
        with self._lock:
            return len(self._samples)

    def now(self) -> float:
        """Unix seconds by the server's clock; by the local one before the first answer."""
        best = self.best
        return self._now() + (best.offset_s if best else 0.0)
