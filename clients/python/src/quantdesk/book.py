"""A copy of a market's order book that proves after every step, by sequence and checksum, that it is whole."""

from __future__ import annotations

import zlib
from bisect import bisect_left
from decimal import Decimal
from typing import Iterable, List, Tuple

from quantdesk import _wire
from quantdesk._gen.marketdata.v1 import market_data_service_pb2 as pb
from quantdesk.decimals import from_wire
from quantdesk.errors import BadAnswer
from quantdesk.models import Level, OrderBook, PriceSource

# Levels of each side that the checksum covers.
CHECKSUM_DEPTH = 25
# More than the mesh keeps; a side beyond it is none of its books.
LEVELS_MAX = 20_000

_REMOVED = "0"


class BrokenBook(Exception):
    """The copy differs from the book; a new snapshot is needed."""


def checksum(asks: Iterable[Tuple[str, str]], bids: Iterable[Tuple[str, str]]) -> int:
    """CRC-32 of `PRICE:QUANTITY;` over the asks and then the bids, each best first, with the texts as they were sent."""
    return zlib.crc32("".join(f"{price}:{quantity};" for side in (asks, bids) for price, quantity in side).encode())


class _BookSide:
    """Levels in the order of their keys: the price for asks, its negative for bids, so that the best comes first."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._keys: List[Decimal] = []
        self._levels: List[Level] = []
        self._texts: List[Tuple[str, str]] = []

    def set(self, changes: Iterable[pb.PriceLevel]) -> None:
        for change in changes:
            price = from_wire(change.price, "price")
            self._set(price * self._sign, price, (change.price, change.quantity))
        if len(self._keys) > LEVELS_MAX:
            raise BrokenBook(f"a side of the book has more than {LEVELS_MAX} levels")

    def _set(self, key: Decimal, price: Decimal, text: Tuple[str, str]) -> None:
        at = bisect_left(self._keys, key)
        known = at < len(self._keys) and self._keys[at] == key
        if text[1] == _REMOVED:
            if known:
                del self._keys[at], self._levels[at], self._texts[at]
            return
        level = Level(price, from_wire(text[1], "quantity"))
        if known:
            self._levels[at] = level
            self._texts[at] = text
        else:
            self._keys.insert(at, key)
            self._levels.insert(at, level)
            self._texts.insert(at, text)

    def best(self) -> List[Tuple[str, str]]:
        return self._texts[:CHECKSUM_DEPTH]

    def levels(self) -> Tuple[Level, ...]:
        return tuple(self._levels)


class BookReplica:
    """Not thread-safe. After a BrokenBook it is of no more use."""

    def __init__(self, whole: pb.OrderBook) -> None:
        self.market = whole.market
        self.epoch = whole.epoch
        self.sequence = whole.sequence
        self._price_source = _wire.name_of(PriceSource, pb.PriceSource, whole.price_source)
        self._quantity_unit = whole.quantity_unit
        self._bids = _BookSide(-1)
        self._asks = _BookSide(1)
        self._take(whole)

    def apply(self, change: pb.OrderBookUpdate) -> None:
        """Takes in the change that follows the last one."""
        if change.epoch != self.epoch or change.sequence != self.sequence + 1:
            raise BrokenBook(
                f"sequence {change.sequence} of epoch {change.epoch} came after {self.sequence} of {self.epoch}"
            )
        self.sequence = change.sequence
        self._take(change)

    def _take(self, message: pb.OrderBook | pb.OrderBookUpdate) -> None:
        self._last = message
        try:
            self._bids.set(message.bids)
            self._asks.set(message.asks)
        except BadAnswer as bad:
            raise BrokenBook(bad.message) from bad
        if checksum(self._asks.best(), self._bids.best()) != message.checksum:
            raise BrokenBook(f"the checksum at sequence {self.sequence} does not match")

    def view(self) -> OrderBook:
        """The book as it stands."""
        return OrderBook(
            market=self.market,
            sequence=self.sequence,
            epoch=self.epoch,
            bids=self._bids.levels(),
            asks=self._asks.levels(),
            venue_time=_wire.when(self._last, "venue_time"),
            receive_time=_wire.when(self._last, "receive_time"),
            price_source=self._price_source,
            quantity_unit=self._quantity_unit,
        )
