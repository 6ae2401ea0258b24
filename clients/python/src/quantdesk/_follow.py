"""Follows a stream over lost connections."""

from __future__ import annotations

import random
import time
from typing import Callable, Iterable, List, Optional

import grpc

from quantdesk._effects import Emit, Metadata, Open, Read, Sleep, Steps
from quantdesk._sources import Source
from quantdesk.book import BrokenBook
from quantdesk.errors import Facts, QuantDeskError, Refusal, Unreachable, from_rpc
from quantdesk.events import Event, Gap, Resumed, Snapshot
from quantdesk.settings import Settings

RESUME_EXPIRED = "RESUME_EXPIRED"
# How a stream ends that was open until its duration was over, and an attempt that was not answered until then.
_TIME_IS_OVER = "DEADLINE_EXCEEDED"
_DOUBLINGS_MAX = 32


def follow(
    source: Source,
    settings: Settings,
    metadata: Callable[[], Metadata],
    duration_s: Optional[float] = None,
    monotonic: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> Steps:
    """Yields events until `duration_s` is over, the mesh refuses for good, or it stays away for too long.

    Raises at the end what kept the mesh away when nothing was told and the stream was not open either.
    """
    end_s = None if duration_s is None else monotonic() + duration_s
    story = _Story()
    heard_s = monotonic()
    failures = 0
    outage: Optional[QuantDeskError] = None if duration_s is None else _unanswered(duration_s)
    while end_s is None or monotonic() < end_s:
        opened_s = monotonic()
        error: Optional[QuantDeskError] = None
        answered = False
        story.connecting(source.resumable)
        try:
            yield Open(source.method, source.request(), metadata(), None if end_s is None else end_s - opened_s)
            while True:
                message = yield Read()
                if message is None:
                    break
                events = source.accept(message)
                heard_s = monotonic()
                if heard_s - opened_s >= settings.stable_after_s:
                    failures = 0
                for event in story.tell(events):
                    yield Emit(event)
        except BrokenBook as broken:
            source.reset()
            for event in story.tell([Gap(str(broken))]):
                yield Emit(event)
        except grpc.RpcError as failed:
            error = from_rpc(failed)
            # The gateway names the trace before the first message, which may be long in coming.
            answered = bool(failed.initial_metadata())
            if error.reason == RESUME_EXPIRED and source.resumable:
                source.reset()
                for event in story.tell([Gap(error.message)]):
                    yield Emit(event)
            elif isinstance(error, Refusal) and not error.retryable:
                raise error from failed
        if error is None or error.reason != _TIME_IS_OVER:
            outage = error
        elif answered:
            outage = None
        now_s = monotonic()
        if end_s is not None and now_s >= end_s:
            break
        if now_s - opened_s >= settings.stable_after_s:
            # A connection that held was there, though nothing came over it.
            heard_s = now_s
            failures = 0
        if now_s - heard_s > settings.give_up_after_s:
            raise error or _silent(settings)
        pause_s = max(error.retry_after_s or 0.0 if error else 0.0, _backoff_s(failures, settings, chance))
        failures += 1
        yield Sleep(pause_s if end_s is None else min(pause_s, end_s - now_s))
    if outage is not None and not story.begun:
        raise outage


def _backoff_s(failures: int, settings: Settings, chance: Callable[[], float]) -> float:
    """Doubles with each failure; the half left to chance keeps clients from coming back all at once."""
    most = min(settings.backoff_max_s, settings.backoff_min_s * 2 ** min(failures, _DOUBLINGS_MAX))
    return most / 2 + chance() * most / 2


def _silent(settings: Settings) -> Unreachable:
    return _away(f"the stream has ended again and again for {settings.give_up_after_s:g} s without a word")


def _unanswered(duration_s: float) -> Unreachable:
    return _away(f"the gateway has not answered within {duration_s:g} s")


def _away(message: str) -> Unreachable:
    return Unreachable(message, Facts("UNAVAILABLE", "UNAVAILABLE", "unavailable", retryable=True))


class _Story:
    """Adds Gap and Resumed where a reader has to be told of them: no Snapshot but the first comes without a Gap before it."""

    def __init__(self) -> None:
        self._begun = False
        self._gap_told = False
        self._returns = False
        self._resumes = False

    @property
    def begun(self) -> bool:
        """Whether anything at all was told."""
        return self._begun

    def connecting(self, resumes: bool) -> None:
        self._returns = self._begun
        self._resumes = resumes

    def tell(self, events: List[Event]) -> Iterable[Event]:
        returns, self._returns = self._returns, False
        told = self._gap_told or any(isinstance(each, Gap) for each in events)
        whole = any(isinstance(each, Snapshot) for each in events)
        if self._begun and not told:
            if whole:
                events = [Gap("the mesh sent the whole state anew"), *events]
            elif returns:
                events = [Resumed() if self._resumes else Gap("the connection was lost"), *events]
        self._begun = True
        self._gap_told = bool(events) and isinstance(events[-1], Gap)
        return events
