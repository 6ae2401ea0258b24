"""Bounds on every wait of a client."""

from __future__ import annotations

from dataclasses import dataclass, fields

from quantdesk.errors import InvalidInput


@dataclass(frozen=True)
class Settings:
    """Seconds, all above zero."""

    # Longest wait for the answer to a call; the gateway ends calls after ten seconds in any case.
    call_timeout_s: float = 10.0
    # Pause before a lost stream is opened again: doubles with each failure, the half of it left to chance.
    backoff_min_s: float = 0.1
    backoff_max_s: float = 5.0
    # A stream that lived this long starts again with the shortest pause.
    stable_after_s: float = 5.0
    # A stream that has heard nothing for this long over failed attempts raises what made the last one fail.
    give_up_after_s: float = 300.0
    # An order that is not known this long after it was sent was not placed: no part of the mesh still holds the call.
    in_flight_max_s: float = 20.0
    # Longest search for what became of an order, and the pause between two questions.
    resolve_timeout_s: float = 60.0
    resolve_pause_s: float = 0.25

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
                raise InvalidInput(each.name, f"a number of seconds above zero, not {value!r}")
        if self.backoff_min_s > self.backoff_max_s:
            raise InvalidInput("backoff_min_s", "at most backoff_max_s")
        if self.in_flight_max_s >= self.resolve_timeout_s:
            raise InvalidInput("in_flight_max_s", "below resolve_timeout_s")
