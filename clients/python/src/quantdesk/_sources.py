"""What each kind of stream knows: where it stands, and what its messages mean."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Protocol, Set, Tuple

from quantdesk import _wire
from quantdesk._gen.execution.v1 import order_service_pb2 as order_pb
from quantdesk._gen.intelligence.v1 import insight_service_pb2 as insight_pb
from quantdesk._gen.marketdata.v1 import market_data_service_pb2 as market_pb
from quantdesk.book import BookReplica, BrokenBook
from quantdesk.events import Event, Gap, Snapshot, Update


class Source(Protocol):
    """One stream's state over all its connections."""

    # Opens the stream on the server.
    method: Callable[..., Any]

    @property
    def resumable(self) -> bool:
        """Whether an opening now continues what came before."""

    def request(self) -> Any:
        """What to open with: after what was accepted last, or from the start."""

    def accept(self, message: Any) -> List[Event]:
        """What the message means. Raises BrokenBook when it does not continue what came before."""

    def reset(self) -> None:
        """Forgets where it stands, so that the next opening starts anew."""


class BookSource:
    """An order book, kept level by level."""

    def __init__(self, method: Callable[..., Any], market: str) -> None:
        self.method = method
        self._market = market
        self._book: Optional[BookReplica] = None

    @property
    def resumable(self) -> bool:
        return self._book is not None

    def request(self) -> market_pb.StreamOrderBookRequest:
        request = market_pb.StreamOrderBookRequest(market=self._market)
        if self._book is not None:
            request.resume_from_sequence = self._book.sequence
            request.epoch = self._book.epoch
        return request

    def accept(self, message: market_pb.StreamOrderBookResponse) -> List[Event]:
        step = message.WhichOneof("step")
        server_time = _wire.when(message, "server_time")
        if step == "snapshot":
            self._book = BookReplica(message.snapshot)
            return [Snapshot(self._book.view(), server_time)]
        if step == "update":
            if self._book is None:
                raise BrokenBook("a change came before any book")
            self._book.apply(message.update)
            return [Update(self._book.view(), server_time)]
        return []

    def reset(self) -> None:
        self._book = None


class TradesSource:
    """Trades of a market, each once and in order."""

    def __init__(self, method: Callable[..., Any], market: str) -> None:
        self.method = method
        self._market = market
        self.reset()

    @property
    def resumable(self) -> bool:
        return self._sequence > 0

    def request(self) -> market_pb.StreamTradesRequest:
        return market_pb.StreamTradesRequest(
            market=self._market, resume_from_sequence=self._sequence, epoch=self._epoch
        )

    def accept(self, message: market_pb.StreamTradesResponse) -> List[Event]:
        begins = not self.resumable
        fresh: List[market_pb.Trade] = []
        gap = "the mesh no longer keeps all trades since" if message.gap else ""
        for trade in message.trades:
            if trade.epoch == self._epoch and trade.sequence <= self._sequence:
                continue
            if self.resumable and trade.epoch != self._epoch:
                gap = gap or "a new run of the feed began"
            elif self.resumable and trade.sequence != self._sequence + 1:
                gap = gap or f"trade {trade.sequence} came after {self._sequence}"
            self._epoch, self._sequence = trade.epoch, trade.sequence
            fresh.append(trade)
        events: List[Event] = [Gap(gap)] if gap else []
        value = tuple(_wire.trade(each) for each in fresh)
        server_time = _wire.when(message, "server_time")
        if begins and not self._begun:
            self._begun = True
            events.append(Snapshot(value, server_time))
        elif value:
            events.append(Update(value, server_time))
        return events

    def reset(self) -> None:
        self._sequence = 0
        self._epoch = 0
        self._begun = False


class OrdersSource:
    """The caller's orders: every change exactly once, over lost connections too."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self.method = method
        self.reset()

    @property
    def resumable(self) -> bool:
        return self._sequence > 0

    def request(self) -> order_pb.StreamOrdersRequest:
        return order_pb.StreamOrdersRequest(resume_from_sequence=self._sequence)

    def accept(self, message: order_pb.StreamOrdersResponse) -> List[Event]:
        step = message.WhichOneof("step")
        server_time = _wire.when(message, "server_time")
        if step == "snapshot":
            self._sequence = message.snapshot.sequence
            self._of_last = None
            return [Snapshot(tuple(_wire.order(each) for each in message.snapshot.orders), server_time)]
        if step == "update" and self._is_new(message.update):
            return [Update(_wire.order_update(message.update), server_time)]
        return []

    def _is_new(self, update: order_pb.OrderUpdate) -> bool:
        """One event may touch several orders, so a resumed stream starts with the changes of the last sequence once more."""
        if update.sequence > self._sequence:
            self._sequence = update.sequence
            self._of_last = set()
        if update.sequence < self._sequence or self._of_last is None:
            return False
        key = (update.order.order_id, update.change, update.fill.trade_id)
        if key in self._of_last:
            return False
        self._of_last.add(key)
        return True

    def reset(self) -> None:
        self._sequence = 0
        # Changes of the last sequence that were handed on; None after a snapshot, which holds them all.
        self._of_last: Optional[Set[Tuple[str, int, str]]] = None


class OrderFlowSource:
    """Order flow of a market. Intervals that pass without a connection are gone."""

    resumable = False

    def __init__(self, method: Callable[..., Any], market: str) -> None:
        self.method = method
        self._market = market

    def request(self) -> insight_pb.StreamOrderFlowRequest:
        return insight_pb.StreamOrderFlowRequest(market=self._market)

    def accept(self, message: insight_pb.StreamOrderFlowResponse) -> List[Event]:
        return [Update(_wire.order_flow(message), _wire.when(message, "server_time"))]

    def reset(self) -> None:
        """It has no place to return to."""


class InsightsSource:
    """Insights, each once."""

    def __init__(self, method: Callable[..., Any], market: str) -> None:
        self.method = method
        self._market = market
        self.reset()

    @property
    def resumable(self) -> bool:
        return self._sequence > 0

    def request(self) -> insight_pb.StreamInsightsRequest:
        return insight_pb.StreamInsightsRequest(market=self._market, resume_from_sequence=self._sequence)

    def accept(self, message: insight_pb.StreamInsightsResponse) -> List[Event]:
        if message.insight.sequence <= self._sequence:
            return []
        self._sequence = message.insight.sequence
        return [Update(_wire.insight(message.insight), _wire.when(message, "server_time"))]

    def reset(self) -> None:
        self._sequence = 0
