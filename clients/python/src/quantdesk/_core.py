"""All that a client does, written once: generators that say which calls to make, and make sense of the answers."""

from __future__ import annotations

import secrets
import time
from typing import Any, Callable, List, Mapping, Optional, Tuple
from urllib.parse import urlsplit

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from quantdesk import _wire
from quantdesk import models as m
from quantdesk._effects import Call, Metadata, Operation, Sleep, Steps
from quantdesk._follow import follow
from quantdesk._gen.auth.v1 import account_service_pb2 as account_pb
from quantdesk._gen.auth.v1 import account_service_pb2_grpc as account_grpc
from quantdesk._gen.auth.v1 import session_service_pb2 as session_pb
from quantdesk._gen.auth.v1 import session_service_pb2_grpc as session_grpc
from quantdesk._gen.execution.v1 import order_service_pb2 as order_pb
from quantdesk._gen.execution.v1 import order_service_pb2_grpc as order_grpc
from quantdesk._gen.intelligence.v1 import insight_service_pb2_grpc as insight_grpc
from quantdesk._gen.marketdata.v1 import market_data_service_pb2 as market_pb
from quantdesk._gen.marketdata.v1 import market_data_service_pb2_grpc as market_grpc
from quantdesk._gen.risk.v1 import collateral_service_pb2 as collateral_pb
from quantdesk._gen.risk.v1 import collateral_service_pb2_grpc as collateral_grpc
from quantdesk._gen.risk.v1 import risk_service_pb2 as risk_pb
from quantdesk._gen.risk.v1 import risk_service_pb2_grpc as risk_grpc
from quantdesk._sources import BookSource, InsightsSource, OrderFlowSource, OrdersSource, Source, TradesSource
from quantdesk.clock import ServerClock
from quantdesk.decimals import Number, exact, plain
from quantdesk.errors import (
    Facts,
    InvalidInput,
    OutcomeUnknown,
    QuantDeskError,
    Refusal,
    Unreachable,
    from_rpc,
    may_have_been_placed,
    outcome_unknown,
)
from quantdesk.intent import Nonces, delegation_text
from quantdesk.keys import Signer, check_address
from quantdesk.orders import Amendment, OrderTicket, PreparedOrder, prepare
from quantdesk.settings import Settings

# A quiet connection is tried this often, so that a dead one is noticed.
CHANNEL_OPTIONS: List[Tuple[str, Any]] = [
    ("grpc.keepalive_time_ms", 15_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    # Also the longest that one attempt to connect may take.
    ("grpc.min_reconnect_backoff_ms", 2_000),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    # A call that fails is told to the caller: an order is never sent twice behind his back.
    ("grpc.enable_retries", 0),
]

_RESOLVE_PAUSE_MAX_S = 2.0
_PORTS = {"http": 80, "https": 443}
# One for all clients of the process, since those of several sub-accounts sign with one key.
_NONCES = Nonces()

# Carries an operation out: answers its result, or something to await for it.
Run = Callable[[Operation[Any]], Any]


def target_of(address: str) -> Tuple[str, bool]:
    """Host and port of a gateway's address such as "http://localhost:3002", and whether to use TLS."""
    wrong = InvalidInput("address", f"such as http://localhost:3002, not {address!r}"[:200])
    if not isinstance(address, str):
        raise wrong
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise wrong
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{port or _PORTS[parts.scheme]}", parts.scheme == "https"


def client_closed() -> Unreachable:
    return Unreachable("this client has been closed", Facts("CANCELLED", "CANCELLED", "unavailable", retryable=False))


class Core:
    """What both clients share. It makes no calls of its own."""

    def __init__(
        self, channel: Any, settings: Settings, token: str, run: Run, sub_account: Optional[int] = None
    ) -> None:
        if sub_account is not None and (type(sub_account) is not int or sub_account < 1):
            raise InvalidInput("sub_account", f"a number from 1, not {sub_account!r}")
        self.clock = ServerClock()
        self.token = token
        self._settings = settings
        self._run = run
        self._sub_account: Metadata = [] if sub_account is None else [("x-sub-account", str(sub_account))]
        self._markets: Optional[Mapping[str, m.Market]] = None
        self._sessions = session_grpc.SessionServiceStub(channel)
        self._accounts = account_grpc.AccountServiceStub(channel)
        self._orders = order_grpc.OrderServiceStub(channel)
        self._market_data = market_grpc.MarketDataServiceStub(channel)
        self._collateral = collateral_grpc.CollateralServiceStub(channel)
        self._risk = risk_grpc.RiskServiceStub(channel)
        self._insights = insight_grpc.InsightServiceStub(channel)

    def _metadata(self) -> Metadata:
        session = [("authorization", f"Bearer {self.token}")] if self.token else []
        return [*session, *self._sub_account]

    def _ask(self, method: Callable[..., Any], request: Any, trace_id: Optional[str] = None) -> Operation[Any]:
        metadata = list(self._metadata())
        if trace_id is not None:
            metadata.append(("traceparent", f"00-{trace_id}-{secrets.token_hex(8)}-01"))
        sent_s, started_s = time.time(), time.monotonic()
        try:
            answer = yield Call(method, request, metadata, self._settings.call_timeout_s)
        except grpc.RpcError as failed:
            raise from_rpc(failed, trace_id) from failed
        if answer.HasField("server_time"):
            self.clock.observe(sent_s, time.monotonic() - started_s, _wire.seconds(answer.server_time))
        return answer

    def sign_in(self, wallet: Signer) -> Operation[m.Session]:
        request = session_pb.CreateChallengeRequest(address=check_address(wallet.address, "address"))
        challenge = yield from self._ask(self._sessions.CreateChallenge, request)
        signature = wallet.sign(challenge.message.encode())
        answer = yield from self._ask(
            self._sessions.CreateSession,
            session_pb.CreateSessionRequest(message=challenge.message, signature=signature),
        )
        self.token = answer.token
        return _wire.session(answer.session)

    def sign_out(self) -> Operation[None]:
        yield from self._ask(self._sessions.RevokeSession, session_pb.RevokeSessionRequest())
        self.token = ""

    def session(self) -> Operation[Optional[m.Session]]:
        try:
            answer = yield from self._ask(self._sessions.GetSession, session_pb.GetSessionRequest())
        except Refusal as refused:
            if refused.category == "unauthenticated":
                return None
            raise
        return _wire.session(answer.session)

    def delegate(
        self, wallet: Signer, public_key: str, max_order_notional: Number, life_s: float
    ) -> Operation[m.Delegation]:
        if not life_s > 0:
            raise InvalidInput("life_s", f"above zero, not {life_s}")
        check_address(public_key, "public_key")
        limit = plain(exact(max_order_notional, "max_order_notional"))
        expiry_s = int(self.clock.now() + life_s)
        text = delegation_text(wallet.address, public_key, limit, expiry_s)
        answer = yield from self._ask(
            self._accounts.GrantDelegate,
            account_pb.GrantDelegateRequest(
                public_key=public_key,
                expire_time=Timestamp(seconds=expiry_s),
                max_order_notional=limit,
                signature=wallet.sign(text.encode()),
            ),
        )
        return _wire.delegation(answer.delegate)

    def revoke_delegate(self, public_key: str) -> Operation[None]:
        request = account_pb.RevokeDelegateRequest(public_key=check_address(public_key, "public_key"))
        yield from self._ask(self._accounts.RevokeDelegate, request)

    def delegates(self) -> Operation[Tuple[m.Delegation, ...]]:
        answer = yield from self._ask(self._accounts.ListDelegates, account_pb.ListDelegatesRequest())
        return tuple(_wire.delegation(each) for each in answer.delegates)

    def create_sub_account(self, name: str) -> Operation[m.SubAccount]:
        answer = yield from self._ask(self._accounts.CreateSubAccount, account_pb.CreateSubAccountRequest(name=name))
        return _wire.sub_account(answer.sub_account)

    def sub_accounts(self) -> Operation[Tuple[m.SubAccount, ...]]:
        answer = yield from self._ask(self._accounts.ListSubAccounts, account_pb.ListSubAccountsRequest())
        return tuple(_wire.sub_account(each) for each in answer.sub_accounts)

    def markets(self) -> Operation[Mapping[str, m.Market]]:
        if self._markets is None:
            answer = yield from self._ask(self._market_data.ListMarkets, market_pb.ListMarketsRequest())
            self._markets = {each.symbol: _wire.market(each) for each in answer.markets}
        return self._markets

    def prepare_order(self, ticket: OrderTicket, signer: Signer) -> Operation[PreparedOrder]:
        markets = yield from self.markets()
        market = markets.get(ticket.market)
        if market is None:
            raise InvalidInput("market", f"one of {', '.join(markets)}, not {ticket.market!r}", "UNKNOWN_MARKET")
        return prepare(ticket, market, signer, _NONCES, self.clock.now())

    def place(self, order: PreparedOrder) -> Operation[m.PlacedOrder]:
        trace_id = secrets.token_hex(16)
        sent_s, started_s = time.time(), time.monotonic()
        try:
            answer = yield from self._ask(self._orders.PlaceOrder, _place_request(order), trace_id)
            return _wire.placed(answer, sent_s, sent_s + time.monotonic() - started_s)
        except QuantDeskError as error:
            if not may_have_been_placed(error):
                raise
            raise self._unknown(order, started_s, error) from error

    def _unknown(self, order: PreparedOrder, sent_monotonic_s: float, error: QuantDeskError) -> OutcomeUnknown:
        return outcome_unknown(
            order.client_order_id, error.facts, lambda: self._run(self._resolve(order, sent_monotonic_s))
        )

    def _resolve(self, order: PreparedOrder, sent_monotonic_s: float) -> Operation[Optional[m.Order]]:
        settings = self._settings
        give_up_s = time.monotonic() + settings.resolve_timeout_s
        pause_s = settings.resolve_pause_s
        while True:
            try:
                return (yield from self.get_order(client_order_id=order.client_order_id))
            except QuantDeskError as failed:
                error = failed
            missing = error.category == "not_found"
            if missing and time.monotonic() - sent_monotonic_s > settings.in_flight_max_s:
                return None
            if not missing and not error.retryable and not isinstance(error, Unreachable):
                raise error
            wait_s = max(pause_s, error.retry_after_s or 0.0)
            if time.monotonic() + wait_s > give_up_s:
                raise self._unknown(order, sent_monotonic_s, error) from error
            yield Sleep(wait_s)
            pause_s = min(2 * pause_s, _RESOLVE_PAUSE_MAX_S)

    def amend(self, order_id: str, client_order_id: str, change: Amendment) -> Operation[m.Order]:
        request = order_pb.AmendOrderRequest(**_name(order_id, client_order_id), **change.texts)
        return _wire.order((yield from self._ask(self._orders.AmendOrder, request)).order)

    def cancel(self, order_id: str, client_order_id: str) -> Operation[m.Order]:
        request = order_pb.CancelOrderRequest(**_name(order_id, client_order_id))
        return _wire.order((yield from self._ask(self._orders.CancelOrder, request)).order)

    def get_order(self, order_id: str = "", client_order_id: str = "") -> Operation[m.Order]:
        request = order_pb.GetOrderRequest(**_name(order_id, client_order_id))
        return _wire.order((yield from self._ask(self._orders.GetOrder, request)).order)

    def list_orders(self, page_size: int, before: str) -> Operation[Tuple[m.Order, ...]]:
        request = order_pb.ListOrdersRequest(page_size=page_size, page_token=before)
        answer = yield from self._ask(self._orders.ListOrders, request)
        return tuple(_wire.order(each) for each in answer.orders)

    def positions(self) -> Operation[m.Positions]:
        return _wire.positions((yield from self._ask(self._risk.ListPositions, risk_pb.ListPositionsRequest())))

    def balances(self) -> Operation[Tuple[m.Balance, ...]]:
        answer = yield from self._ask(self._collateral.GetBalances, collateral_pb.GetBalancesRequest())
        return tuple(_wire.balance(each) for each in answer.balances)

    def request_test_funds(self) -> Operation[m.TestFunds]:
        request = collateral_pb.RequestTestFundsRequest(request_id=secrets.token_hex(16))
        return _wire.test_funds((yield from self._ask(self._collateral.RequestTestFunds, request)))

    def stream_order_book(self, market: str, duration_s: Optional[float]) -> Steps:
        return self._follow(BookSource(self._market_data.StreamOrderBook, market), duration_s)

    def stream_trades(self, market: str, duration_s: Optional[float]) -> Steps:
        return self._follow(TradesSource(self._market_data.StreamTrades, market), duration_s)

    def stream_orders(self, duration_s: Optional[float]) -> Steps:
        return self._follow(OrdersSource(self._orders.StreamOrders), duration_s)

    def stream_order_flow(self, market: str, duration_s: Optional[float]) -> Steps:
        return self._follow(OrderFlowSource(self._insights.StreamOrderFlow, market), duration_s)

    def stream_insights(self, market: str, duration_s: Optional[float]) -> Steps:
        return self._follow(InsightsSource(self._insights.StreamInsights, market), duration_s)

    def _follow(self, source: Source, duration_s: Optional[float]) -> Steps:
        return follow(source, self._settings, self._metadata, duration_s)


def _name(order_id: str, client_order_id: str) -> Mapping[str, str]:
    if bool(order_id) == bool(client_order_id):
        raise InvalidInput("order_id", "one of order_id and client_order_id is needed")
    return {"order_id": order_id} if order_id else {"client_order_id": client_order_id}


def _place_request(order: PreparedOrder) -> order_pb.PlaceOrderRequest:
    ticket = order.ticket
    return order_pb.PlaceOrderRequest(
        client_order_id=order.client_order_id,
        market=ticket.market,
        side=_wire.number_of(ticket.side, order_pb.Side),
        type=_wire.number_of(ticket.type, order_pb.OrderType),
        time_in_force=_wire.number_of(ticket.time_in_force, order_pb.TimeInForce),
        price=order.price,
        quantity=order.quantity,
        post_only=ticket.post_only,
        post_only_slide=ticket.post_only_slide,
        reduce_only=ticket.reduce_only,
        self_trade_prevention=_wire.number_of(ticket.self_trade_prevention, order_pb.SelfTradePrevention),
        expire_time=_wire.timestamp(ticket.expire_time),
        trigger_price=order.text("trigger_price"),
        price_source=_wire.number_of(ticket.trigger_source, order_pb.PriceSource) if ticket.trigger_source else 0,
        peg_offset=order.text("peg_offset"),
        auction=_wire.number_of(ticket.auction, order_pb.AuctionPreference) if ticket.auction else 0,
        **order.trail,
        intent=order_pb.SignedIntent(intent=order.intent, signature=order.signature, signer=order.signer),
    )
