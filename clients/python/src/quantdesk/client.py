"""The client for programs with threads."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Iterator, Mapping, Optional, Tuple, Type, TypeVar

import grpc

from quantdesk import models as m
from quantdesk._core import CHANNEL_OPTIONS, Core, client_closed, target_of
from quantdesk._effects import Call, Emit, Open, Operation, Read, Sleep, Steps
from quantdesk.clock import ServerClock
from quantdesk.decimals import Number
from quantdesk.events import Event
from quantdesk.keys import Signer
from quantdesk.orders import Amendment, OrderTicket, PreparedOrder
from quantdesk.settings import Settings

T = TypeVar("T")


class Client:
    """A trader at the mesh. Thread-safe; each stream is for one thread."""

    def __init__(
        self,
        address: str = "http://localhost:3002",
        *,
        token: str = "",
        sub_account: Optional[int] = None,
        settings: Optional[Settings] = None,
        credentials: Optional[grpc.ChannelCredentials] = None,
    ) -> None:
        """`address` is the gateway's; `token` a session made before; `sub_account` the number of the sub-account that orders,
        positions and balances are about, the wallet's own account without; `credentials` are for https, the system's roots without."""
        target, tls = target_of(address)
        if tls:
            self._channel = grpc.secure_channel(target, credentials or grpc.ssl_channel_credentials(), CHANNEL_OPTIONS)
        else:
            self._channel = grpc.insecure_channel(target, CHANNEL_OPTIONS)
        self._closed = threading.Event()
        self._core = Core(self._channel, settings or Settings(), token, self._run, sub_account)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; streams end, calls under way raise Unreachable."""
        self._closed.set()
        self._channel.close()

    @property
    def clock(self) -> ServerClock:
        """The server's clock, as the answers so far tell it."""
        return self._core.clock

    @property
    def token(self) -> str:
        """The session, as a bearer token; empty before sign-in."""
        return self._core.token

    def sign_in(self, wallet: Signer) -> m.Session:
        """Signs in with the wallet's signature (Sign-In With Solana)."""
        return self._run(self._core.sign_in(wallet))

    def sign_out(self) -> None:
        """Ends the session."""
        self._run(self._core.sign_out())

    def session(self) -> Optional[m.Session]:
        """The session that is open; None when none is."""
        return self._run(self._core.session())

    def delegate(self, wallet: Signer, public_key: str, *, max_order_notional: Number, life_s: float) -> m.Delegation:
        """Lets a session key sign orders of this account, within limits that the wallet signs."""
        return self._run(self._core.delegate(wallet, public_key, max_order_notional, life_s))

    def revoke_delegate(self, public_key: str) -> None:
        """Takes a session key its right to sign."""
        self._run(self._core.revoke_delegate(public_key))

    def delegates(self) -> Tuple[m.Delegation, ...]:
        """The session keys that may sign."""
        return self._run(self._core.delegates())

    def create_sub_account(self, name: str) -> m.SubAccount:
        """Makes a sub-account of the wallet, or finds the one that has the name."""
        return self._run(self._core.create_sub_account(name))

    def sub_accounts(self) -> Tuple[m.SubAccount, ...]:
        """The wallet's sub-accounts, by number."""
        return self._run(self._core.sub_accounts())

    def markets(self) -> Mapping[str, m.Market]:
        """All markets by symbol; asked for once."""
        return self._run(self._core.markets())

    def prepare_order(self, ticket: OrderTicket, signer: Signer) -> PreparedOrder:
        """Makes the order's id and signs its intent. Keep what comes back until its outcome is known."""
        return self._run(self._core.prepare_order(ticket, signer))

    def place(self, order: PreparedOrder) -> m.PlacedOrder:
        """Sends a prepared order; sending the same one again is safe. Raises Refusal or OutcomeUnknown."""
        return self._run(self._core.place(order))

    def amend(
        self,
        *,
        order_id: str = "",
        client_order_id: str = "",
        price: Optional[Number] = None,
        quantity: Optional[Number] = None,
        trigger_price: Optional[Number] = None,
    ) -> m.Order:
        """Changes an open order within the intent it was signed with; what is None stays."""
        change = Amendment(price=price, quantity=quantity, trigger_price=trigger_price)
        return self._run(self._core.amend(order_id, client_order_id, change))

    def cancel(self, *, order_id: str = "", client_order_id: str = "") -> m.Order:
        """Cancels what is open of an order."""
        return self._run(self._core.cancel(order_id, client_order_id))

    def get_order(self, *, order_id: str = "", client_order_id: str = "") -> m.Order:
        """An order and what became of it."""
        return self._run(self._core.get_order(order_id, client_order_id))

    def list_orders(self, page_size: int = 50, before: str = "") -> Tuple[m.Order, ...]:
        """The account's orders, newest first, at most 100; `before` is the order id that the page before ended with."""
        return self._run(self._core.list_orders(page_size, before))

    def positions(self) -> m.Positions:
        """Positions and margin."""
        return self._run(self._core.positions())

    def balances(self) -> Tuple[m.Balance, ...]:
        """What the account holds."""
        return self._run(self._core.balances())

    def request_test_funds(self) -> m.TestFunds:
        """Test USDC, once for each account, on the local chain only."""
        return self._run(self._core.request_test_funds())

    def stream_order_book(
        self, market: str, duration_s: Optional[float] = None
    ) -> Iterator[Event[m.OrderBook, m.OrderBook]]:
        """The market's book after every change, proven by its checksum."""
        return self._events(self._core.stream_order_book(market, duration_s))

    def stream_trades(
        self, market: str, duration_s: Optional[float] = None
    ) -> Iterator[Event[Tuple[m.Trade, ...], Tuple[m.Trade, ...]]]:
        """The market's trades, each once and in order."""
        return self._events(self._core.stream_trades(market, duration_s))

    def stream_orders(self, duration_s: Optional[float] = None) -> Iterator[Event[Tuple[m.Order, ...], m.OrderUpdate]]:
        """The account's open orders, then every change exactly once."""
        return self._events(self._core.stream_orders(duration_s))

    def stream_order_flow(
        self, market: str, duration_s: Optional[float] = None
    ) -> Iterator[Event[m.OrderFlow, m.OrderFlow]]:
        """Order flow of each interval that a connection was there for."""
        return self._events(self._core.stream_order_flow(market, duration_s))

    def stream_insights(
        self, market: str = "", duration_s: Optional[float] = None
    ) -> Iterator[Event[m.Insight, m.Insight]]:
        """Insights, each once; of all markets where none is named."""
        return self._events(self._core.stream_insights(market, duration_s))

    def _run(self, operation: Operation[T]) -> T:
        answer: Any = None
        failed: Optional[grpc.RpcError] = None
        while True:
            try:
                effect = operation.throw(failed) if failed else operation.send(answer)
            except StopIteration as done:
                return done.value
            answer, failed = None, None
            if isinstance(effect, Sleep):
                if self._closed.wait(effect.seconds):
                    raise client_closed()
                continue
            try:
                answer = self._call(effect)
            except grpc.RpcError as error:
                failed = error

    def _call(self, call: Call) -> Any:
        try:
            return call.method(call.request, metadata=call.metadata, timeout=call.timeout_s)
        except ValueError as error:
            # What grpcio raises for a call on a channel that has been closed.
            if self._closed.is_set():
                raise client_closed() from error
            raise

    def _events(self, steps: Steps) -> Iterator[Event[Any, Any]]:
        stream: Any = None
        message: Any = None
        failed: Optional[grpc.RpcError] = None
        try:
            while not self._closed.is_set():
                try:
                    effect = steps.throw(failed) if failed else steps.send(message)
                except StopIteration:
                    return
                message, failed = None, None
                try:
                    if isinstance(effect, Emit):
                        yield effect.event
                    elif isinstance(effect, Sleep):
                        self._closed.wait(effect.seconds)
                    elif isinstance(effect, Read):
                        message = next(stream, None)
                    elif isinstance(effect, Open):
                        if stream is not None:
                            stream.cancel()
                        stream = effect.method(effect.request, metadata=effect.metadata, timeout=effect.timeout_s)
                except grpc.RpcError as error:
                    failed = error
                except ValueError:
                    if not self._closed.is_set():
                        raise
        finally:
            steps.close()
            if stream is not None:
                stream.cancel()
