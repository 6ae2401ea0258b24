"""Messages of the contracts as values of this package."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Optional, Type, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from quantdesk import models as m
from quantdesk._gen.auth.v1 import account_service_pb2 as account_pb
from quantdesk._gen.auth.v1 import session_service_pb2 as session_pb
from quantdesk._gen.execution.v1 import order_service_pb2 as order_pb
from quantdesk._gen.intelligence.v1 import insight_service_pb2 as insight_pb
from quantdesk._gen.marketdata.v1 import market_data_service_pb2 as market_pb
from quantdesk._gen.risk.v1 import collateral_service_pb2 as collateral_pb
from quantdesk._gen.risk.v1 import risk_service_pb2 as risk_pb
from quantdesk.decimals import from_wire

E = TypeVar("E", bound=m._Named)


def seconds(time: Timestamp) -> float:
    """Unix seconds."""
    return time.seconds + time.nanos / 1e9


def timestamp(time: Optional[datetime]) -> Optional[Timestamp]:
    """A time of the caller in whole milliseconds, which are what the mesh counts in."""
    if time is None:
        return None
    made = Timestamp()
    made.FromMilliseconds(int(time.timestamp() * 1000))
    return made


def when(message: Any, field: str) -> Optional[datetime]:
    """A time of the message, None where it is not set."""
    return getattr(message, field).ToDatetime(timezone.utc) if message.HasField(field) else None


def name_of(kind: Type[E], wrapper: Any, number: int) -> E:
    """The name behind an enum's number."""
    full = wrapper.Name(number) if number in wrapper.values() else ""
    prefix = wrapper.Name(0)[: -len("UNSPECIFIED")]
    return kind.__members__.get(full[len(prefix) :], kind["UNKNOWN"])


def number_of(value: m._Named, wrapper: Any) -> int:
    """The number of an enum's name."""
    return wrapper.Value(wrapper.Name(0)[: -len("UNSPECIFIED")] + value.name)


def _optional(text: str, name: str) -> Optional[Decimal]:
    return from_wire(text, name) if text else None


def market(message: market_pb.Market) -> m.Market:
    return m.Market(
        symbol=message.symbol,
        tick_size=from_wire(message.tick_size, "tick_size"),
        lot_size=from_wire(message.lot_size, "lot_size"),
        min_quantity=from_wire(message.min_quantity, "min_quantity"),
        max_quantity=from_wire(message.max_quantity, "max_quantity"),
        initial_margin_fraction=from_wire(message.initial_margin_fraction, "initial_margin_fraction"),
        maintenance_margin_fraction=from_wire(message.maintenance_margin_fraction, "maintenance_margin_fraction"),
        price_source=name_of(m.PriceSource, market_pb.PriceSource, message.price_source),
        source_instrument=message.source_instrument,
        intent_domain=message.intent_domain,
    )


def trade(message: market_pb.Trade) -> m.Trade:
    return m.Trade(
        market=message.market,
        sequence=message.sequence,
        epoch=message.epoch,
        price=from_wire(message.price, "price"),
        quantity=from_wire(message.quantity, "quantity"),
        taker_side=name_of(m.Side, market_pb.TradeSide, message.taker_side),
        venue_trade_id=message.venue_trade_id,
        venue_time=when(message, "venue_time"),
        receive_time=when(message, "receive_time"),
    )


def order_flow(message: insight_pb.StreamOrderFlowResponse) -> m.OrderFlow:
    return m.OrderFlow(
        market=message.market,
        order_flow_imbalance=message.order_flow_imbalance,
        z_score=message.z_score,
        quantity_unit=message.quantity_unit,
        event_count=message.event_count,
        best_bid=_optional(message.best_bid, "best_bid"),
        best_ask=_optional(message.best_ask, "best_ask"),
        book_sequence=message.book_sequence,
        start_time=when(message, "start_time"),
        end_time=when(message, "end_time"),
    )


def insight(message: insight_pb.Insight) -> m.Insight:
    return m.Insight(
        sequence=message.sequence,
        market=message.market,
        kind=name_of(m.InsightKind, insight_pb.InsightKind, message.kind),
        summary=message.summary,
        value=message.value,
        threshold=message.threshold,
        observe_time=when(message, "observe_time"),
    )


def fill(message: order_pb.Fill) -> m.Fill:
    return m.Fill(
        trade_id=message.trade_id,
        price=from_wire(message.price, "price"),
        quantity=from_wire(message.quantity, "quantity"),
        liquidity=name_of(m.Liquidity, order_pb.Liquidity, message.liquidity),
        trade_time=when(message, "trade_time"),
        settlement=name_of(m.FillSettlement, order_pb.FillSettlement, message.settlement),
        settlement_signature=message.settlement_signature,
        slot=message.slot,
    )


def order(message: order_pb.Order) -> m.Order:
    return m.Order(
        order_id=message.order_id,
        client_order_id=message.client_order_id,
        account=message.account,
        market=message.market,
        side=name_of(m.Side, order_pb.Side, message.side),
        type=name_of(m.OrderType, order_pb.OrderType, message.type),
        time_in_force=name_of(m.TimeInForce, order_pb.TimeInForce, message.time_in_force),
        price=from_wire(message.price, "price"),
        quantity=from_wire(message.quantity, "quantity"),
        filled_quantity=from_wire(message.filled_quantity, "filled_quantity"),
        average_price=_optional(message.average_price, "average_price"),
        post_only=message.post_only,
        reduce_only=message.reduce_only,
        status=name_of(m.OrderStatus, order_pb.OrderStatus, message.status),
        cancel_reason=name_of(m.CancelReason, order_pb.CancelReason, message.cancel_reason)
        if message.cancel_reason
        else None,
        fills=tuple(fill(each) for each in message.fills),
        sequence=message.sequence,
        create_time=when(message, "create_time"),
        update_time=when(message, "update_time"),
        trace_id=message.trace_id,
        post_only_slide=message.post_only_slide,
        self_trade_prevention=name_of(
            m.SelfTradePrevention, order_pb.SelfTradePrevention, message.self_trade_prevention
        ),
        expire_time=when(message, "expire_time"),
        trigger_price=_optional(message.trigger_price, "trigger_price"),
        trigger_source=name_of(m.TriggerSource, order_pb.PriceSource, message.price_source)
        if message.price_source
        else None,
        trail_amount=_optional(message.trail_amount, "trail_amount"),
        trail_bps=message.trail_bps or None,
        peg_offset=from_wire(message.peg_offset, "peg_offset") if message.peg_offset else None,
        price_limit=_optional(message.price_limit, "price_limit"),
        trigger_decision=_decision(message.trigger_decision) if message.HasField("trigger_decision") else None,
        bracket=_bracket(message.bracket) if message.HasField("bracket") else None,
        arrival_price=_optional(message.arrival_price, "arrival_price"),
        price_improvement=_optional(message.price_improvement, "price_improvement"),
        auction_id=message.auction_id,
    )


def _bracket(message: order_pb.OrderBracket) -> m.OrderBracket:
    return m.OrderBracket(
        bracket_id=message.bracket_id,
        role=name_of(m.BracketRole, order_pb.BracketRole, message.role),
        order_ids=tuple(message.order_ids),
        active_quantity=_optional(message.active_quantity, "active_quantity"),
        exit_time=when(message, "exit_time"),
    )


def _decision(message: order_pb.TriggerDecision) -> m.TriggerDecision:
    return m.TriggerDecision(
        fired=message.fired,
        reference_price=_optional(message.reference_price, "reference_price"),
        trigger_price=from_wire(message.trigger_price, "trigger_price"),
        best_price=_optional(message.best_price, "best_price"),
        decide_time=when(message, "decide_time"),
    )


def order_update(message: order_pb.OrderUpdate) -> m.OrderUpdate:
    return m.OrderUpdate(
        sequence=message.sequence,
        change=name_of(m.OrderChange, order_pb.OrderChange, message.change),
        order=order(message.order),
        fill=fill(message.fill) if message.HasField("fill") else None,
    )


def placed(message: order_pb.PlaceOrderResponse, sent_s: float, answered_s: float) -> m.PlacedOrder:
    return m.PlacedOrder(
        order=order(message.order),
        repeated=message.repeated_request,
        stages=tuple(
            m.OrderStage(each.name, when(each, "start_time"), when(each, "end_time")) for each in message.stages
        ),
        server_time=when(message, "server_time"),
        sent_s=sent_s,
        answered_s=answered_s,
    )


def positions(message: risk_pb.ListPositionsResponse) -> m.Positions:
    margin = message.margin
    return m.Positions(
        positions=tuple(position(each) for each in message.positions),
        margin=m.Margin(
            equity=from_wire(margin.equity, "equity"),
            initial_margin=from_wire(margin.initial_margin, "initial_margin"),
            free_margin=from_wire(margin.free_margin, "free_margin"),
        ),
        sequence=message.sequence,
    )


def position(message: risk_pb.Position) -> m.Position:
    return m.Position(
        market=message.market,
        size=from_wire(message.size, "size"),
        entry_price=from_wire(message.entry_price, "entry_price"),
        mark_price=from_wire(message.mark_price, "mark_price"),
        unrealized_pnl=from_wire(message.unrealized_pnl, "unrealized_pnl"),
        initial_margin=from_wire(message.initial_margin, "initial_margin"),
    )


def balance(message: collateral_pb.Balance) -> m.Balance:
    return m.Balance(
        asset=message.asset,
        amount=from_wire(message.amount, "amount"),
        available=from_wire(message.available, "available"),
    )


def test_funds(message: collateral_pb.RequestTestFundsResponse) -> m.TestFunds:
    return m.TestFunds(
        credited=_optional(message.credited, "credited"),
        balances=tuple(balance(each) for each in message.balances),
    )


def session(message: session_pb.Session) -> m.Session:
    return m.Session(
        account=message.account,
        tier=name_of(m.Tier, session_pb.Tier, message.tier),
        create_time=when(message, "create_time"),
        expire_time=when(message, "expire_time"),
    )


def sub_account(message: account_pb.SubAccount) -> m.SubAccount:
    return m.SubAccount(
        number=message.number,
        account=message.account,
        name=message.name,
        create_time=when(message, "create_time"),
    )


def delegation(message: account_pb.Delegate) -> m.Delegation:
    return m.Delegation(
        public_key=message.public_key,
        max_order_notional=from_wire(message.max_order_notional, "max_order_notional"),
        create_time=when(message, "create_time"),
        expire_time=when(message, "expire_time"),
    )
