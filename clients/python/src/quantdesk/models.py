"""Markets, orders, positions and the rest, as immutable values. Prices and quantities are exact Decimals, times are UTC."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Optional, Tuple

from quantdesk.decimals import Number, exact, from_steps, plain, to_steps
from quantdesk.errors import InvalidInput, OffStep, Suggestion


class _Named(enum.Enum):
    """A name of the contract. UNKNOWN stands for one that a newer server has and this package has not."""


class Side(_Named):
    UNKNOWN = ""
    BUY = "buy"
    SELL = "sell"


class OrderType(_Named):
    UNKNOWN = ""
    LIMIT = "limit"
    MARKET = "market"
    STOP_MARKET = "stop_market"
    STOP_LIMIT = "stop_limit"
    TAKE_PROFIT_MARKET = "take_profit_market"
    TAKE_PROFIT_LIMIT = "take_profit_limit"
    TRAILING_STOP = "trailing_stop"
    PEGGED = "pegged"

    @property
    def is_market(self) -> bool:
        """Whether it has no price of its own: only its intent bounds it."""
        return self in (
            OrderType.MARKET,
            OrderType.STOP_MARKET,
            OrderType.TAKE_PROFIT_MARKET,
            OrderType.TRAILING_STOP,
        )

    @property
    def waits(self) -> bool:
        """Whether it waits for a price before it works."""
        return self not in (OrderType.LIMIT, OrderType.MARKET, OrderType.PEGGED)


class TriggerSource(_Named):
    UNKNOWN = ""
    MARK = "mark"
    INDEX = "index"
    LAST = "last"


class TimeInForce(_Named):
    UNKNOWN = ""
    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    GTT = "gtt"


class AuctionPreference(_Named):
    """What an order wants of auctions; without one its size decides."""

    UNKNOWN = ""
    OPEN = "open"
    NONE = "none"


class SelfTradePrevention(_Named):
    UNKNOWN = ""
    EXPIRE_TAKER = "expire_taker"
    EXPIRE_MAKER = "expire_maker"
    EXPIRE_BOTH = "expire_both"
    NONE = "none"


class OrderStatus(_Named):
    UNKNOWN = ""
    OPEN = "open"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SETTLED = "settled"
    UNTRIGGERED = "untriggered"
    PENDING = "pending"
    IN_AUCTION = "in_auction"


class CancelReason(_Named):
    UNKNOWN = ""
    USER_REQUEST = "user_request"
    IOC_REMAINDER = "ioc_remainder"
    NO_LIQUIDITY = "no_liquidity"
    INTENT_EXPIRED = "intent_expired"
    REDUCE_ONLY = "reduce_only"
    SELF_TRADE = "self_trade"
    TIME_REACHED = "time_reached"
    BOOK_FULL = "book_full"
    KILL_SWITCH = "kill_switch"
    DISCONNECTED = "disconnected"
    ENTRY_ENDED = "entry_ended"
    EXIT_STARTED = "exit_started"
    SIBLING_FILLED = "sibling_filled"
    SCHEDULE_ENDED = "schedule_ended"
    AUCTION_ENDED = "auction_ended"


class BracketRole(_Named):
    UNKNOWN = ""
    ENTRY = "entry"
    TAKE_PROFIT = "take_profit"
    STOP_LOSS = "stop_loss"
    TIME_EXIT = "time_exit"
    ALTERNATIVE = "alternative"


class OrderChange(_Named):
    UNKNOWN = ""
    ACCEPTED = "accepted"
    FILLED = "filled"
    CANCELLED = "cancelled"
    SETTLEMENT_SENT = "settlement_sent"
    SETTLEMENT_CONFIRMED = "settlement_confirmed"
    SETTLEMENT_REVERTED = "settlement_reverted"
    SETTLED = "settled"
    AMENDED = "amended"
    TRIGGER_DECIDED = "trigger_decided"
    REPRICED = "repriced"
    ACTIVATED = "activated"
    RESIZED = "resized"
    AUCTION_OPENED = "auction_opened"
    QUOTED = "quoted"
    AUCTION_ENDED = "auction_ended"


class Liquidity(_Named):
    UNKNOWN = ""
    MAKER = "maker"
    TAKER = "taker"


class FillSettlement(_Named):
    UNKNOWN = ""
    PENDING = "pending"
    SENT = "sent"
    CONFIRMED = "confirmed"


class PriceSource(_Named):
    UNKNOWN = ""
    LIVE = "live"
    RECORDING = "recording"
    SIMULATION = "simulation"


class InsightKind(_Named):
    UNKNOWN = ""
    BUY_PRESSURE = "buy_pressure"
    SELL_PRESSURE = "sell_pressure"


class Tier(_Named):
    UNKNOWN = ""
    FREE = "free"
    PRO = "pro"
    MARKET_MAKER = "market_maker"


@dataclass(frozen=True)
class Market:
    """A market with its rules; turns prices into ticks and quantities into lots and back, exactly."""

    symbol: str
    # Smallest step of a price, in USDC.
    tick_size: Decimal
    # Smallest step of a quantity, in the base asset.
    lot_size: Decimal
    min_quantity: Decimal
    max_quantity: Decimal
    # Part of an order's notional that is reserved as margin.
    initial_margin_fraction: Decimal
    maintenance_margin_fraction: Decimal
    price_source: PriceSource
    source_instrument: str
    # 14 bytes that a signed intent for this market ends with.
    intent_domain: bytes

    def to_ticks(self, price: Number) -> int:
        """Ticks of a price. Raises OffStep when it lies between two."""
        return _steps("price", exact(price, "price"), self.tick_size, "PRICE_OFF_TICK")

    def from_ticks(self, ticks: int) -> Decimal:
        """Price of so many ticks."""
        return from_steps(ticks, self.tick_size)

    def to_lots(self, quantity: Number) -> int:
        """Lots of a quantity. Raises OffStep when it lies between two."""
        return _steps("quantity", exact(quantity, "quantity"), self.lot_size, "QUANTITY_OFF_LOT")

    def from_lots(self, lots: int) -> Decimal:
        """Quantity of so many lots."""
        return from_steps(lots, self.lot_size)

    def round_price(self, price: Number, up: bool) -> Decimal:
        """The next price on a tick, above or below unless it lies on one."""
        return self.from_ticks(_whole(to_steps(exact(price, "price"), self.tick_size), up))

    def round_quantity(self, quantity: Number, up: bool = False) -> Decimal:
        """The next quantity on a lot, below unless told otherwise."""
        return self.from_lots(_whole(to_steps(exact(quantity, "quantity"), self.lot_size), up))


def _whole(steps: Fraction, up: bool) -> int:
    return -(-steps.numerator // steps.denominator) if up else steps.numerator // steps.denominator


def _steps(name: str, value: Decimal, step: Decimal, reason: str) -> int:
    steps = to_steps(value, step)
    if steps.denominator != 1:
        suggestion = Suggestion(**{name: plain(from_steps(max(1, round(steps)), step))})
        raise OffStep(name, f"{plain(value)} is not a multiple of {plain(step)}", reason, suggestion)
    if steps < 0:
        raise InvalidInput(name, f"{plain(value)} is below zero", reason.split("_")[0] + "_OUT_OF_RANGE")
    return int(steps)


@dataclass(frozen=True)
class Level:
    """A price and all that is offered or wanted at it."""

    price: Decimal
    quantity: Decimal


@dataclass(frozen=True)
class OrderBook:
    """A whole book, proven by its checksum."""

    market: str
    sequence: int
    # Identifies the run of the feed; sequences of different epochs can't be compared.
    epoch: int
    # Best (highest) first.
    bids: Tuple[Level, ...]
    # Best (lowest) first.
    asks: Tuple[Level, ...]
    # Time of the last change by the venue's clock.
    venue_time: Optional[datetime]
    receive_time: Optional[datetime]
    price_source: PriceSource
    # Unit of the quantities: the base asset, or "USD" where the venue counts contracts of one dollar.
    quantity_unit: str


@dataclass(frozen=True)
class Trade:
    """A trade on the reference venue."""

    market: str
    sequence: int
    epoch: int
    price: Decimal
    quantity: Decimal
    taker_side: Side
    venue_trade_id: str
    venue_time: Optional[datetime]
    receive_time: Optional[datetime]


@dataclass(frozen=True)
class OrderFlow:
    """Order flow of one interval."""

    market: str
    # In the book's quantity unit; above zero for net buying pressure.
    order_flow_imbalance: float
    # In standard deviations from the mean of recent intervals.
    z_score: float
    quantity_unit: str
    event_count: int
    best_bid: Optional[Decimal]
    best_ask: Optional[Decimal]
    book_sequence: int
    start_time: Optional[datetime]
    end_time: Optional[datetime]


@dataclass(frozen=True)
class Insight:
    """Something that stands out in a market."""

    sequence: int
    market: str
    kind: InsightKind
    summary: str
    value: float
    threshold: float
    observe_time: Optional[datetime]


@dataclass(frozen=True)
class Fill:
    """One execution of an order."""

    trade_id: str
    price: Decimal
    quantity: Decimal
    liquidity: Liquidity
    trade_time: Optional[datetime]
    settlement: FillSettlement
    # Latest transaction that settles the fill, base58; empty while none was sent.
    settlement_signature: str
    # Slot of the confirmation; 0 before.
    slot: int


@dataclass(frozen=True)
class TriggerDecision:
    """How a trigger ended, with what it was decided on."""

    # False where the order ended while it waited.
    fired: bool
    # The watched price at that moment; None where none was known.
    reference_price: Optional[Decimal]
    trigger_price: Decimal
    # The best price since a trailing stop was placed; None for others.
    best_price: Optional[Decimal]
    decide_time: Optional[datetime]


@dataclass(frozen=True)
class OrderBracket:
    """An order's place in its bracket."""

    # The identifier of the bracket's first order.
    bracket_id: str
    role: BracketRole
    # All its orders, this one too, in the order in which they were signed.
    order_ids: Tuple[str, ...]
    # What falls to an exit or alternative, with what it has filled; None while the bracket has not told it any.
    active_quantity: Optional[Decimal]
    # When a time exit goes to work; None for others, and while that is not known.
    exit_time: Optional[datetime]


@dataclass(frozen=True)
class Order:
    """An order and what became of it."""

    order_id: str
    client_order_id: str
    account: str
    market: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    # Limit price; for a market order the worst price that its intent allows.
    price: Decimal
    quantity: Decimal
    filled_quantity: Decimal
    # None without a fill.
    average_price: Optional[Decimal]
    post_only: bool
    reduce_only: bool
    status: OrderStatus
    # None unless it was cancelled.
    cancel_reason: Optional[CancelReason]
    # Oldest first, at most the 100 latest.
    fills: Tuple[Fill, ...]
    sequence: int
    create_time: Optional[datetime]
    update_time: Optional[datetime]
    # 32 hexadecimal digits.
    trace_id: str
    post_only_slide: bool = False
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.EXPIRE_TAKER
    # None unless it is good till time.
    expire_time: Optional[datetime] = None
    # What it waits for; None for types without one.
    trigger_price: Optional[Decimal] = None
    # The price that its trigger or peg watches; None for types without one.
    trigger_source: Optional[TriggerSource] = None
    # Distance of a trailing stop: in USDC, or in hundredths of a percent.
    trail_amount: Optional[Decimal] = None
    trail_bps: Optional[int] = None
    # What a pegged order adds to the price it follows, and the limit beyond which it does not follow.
    peg_offset: Optional[Decimal] = None
    price_limit: Optional[Decimal] = None
    # None while it waits, or waits for nothing.
    trigger_decision: Optional[TriggerDecision] = None
    # None for an order of no bracket.
    bracket: Optional[OrderBracket] = None
    # What it met when it first took, and in USDC what its fills are better than that; None where it has taken nothing.
    arrival_price: Optional[Decimal] = None
    price_improvement: Optional[Decimal] = None
    # The auction that it took part in; empty for none.
    auction_id: str = ""


@dataclass(frozen=True)
class OrderUpdate:
    """An order after one change."""

    sequence: int
    change: OrderChange
    order: Order
    # Where the change is one of a fill.
    fill: Optional[Fill]


@dataclass(frozen=True)
class OrderStage:
    """One stage of an order's way to its acknowledgement, by the clock of the server that passed it."""

    name: str
    start_time: Optional[datetime]
    end_time: Optional[datetime]


@dataclass(frozen=True)
class PlacedOrder:
    """An order as the engine acknowledged it."""

    order: Order
    # Whether an earlier sending of the same order had placed it.
    repeated: bool
    stages: Tuple[OrderStage, ...]
    server_time: Optional[datetime]
    # Local Unix seconds.
    sent_s: float
    answered_s: float

    @property
    def trace_id(self) -> str:
        """Trace of the order: 32 hexadecimal digits."""
        return self.order.trace_id


@dataclass(frozen=True)
class Position:
    """A position that is not flat."""

    market: str
    # Above zero for long, below for short.
    size: Decimal
    entry_price: Decimal
    mark_price: Decimal
    unrealized_pnl: Decimal
    initial_margin: Decimal


@dataclass(frozen=True)
class Margin:
    """An account's margin, in USDC."""

    equity: Decimal
    initial_margin: Decimal
    free_margin: Decimal


@dataclass(frozen=True)
class Positions:
    """The account's positions with its margin."""

    positions: Tuple[Position, ...]
    margin: Margin
    # Engine sequence up to which the positions are complete.
    sequence: int


@dataclass(frozen=True)
class Balance:
    """How much of an asset the account holds."""

    asset: str
    amount: Decimal
    # Part that no margin is reserved on.
    available: Decimal


@dataclass(frozen=True)
class TestFunds:
    """What the local chain's faucet gave."""

    # Not a test case, whatever its name says to a test runner.
    __test__ = False

    # None where the account had its test funds already.
    credited: Optional[Decimal]
    balances: Tuple[Balance, ...]


@dataclass(frozen=True)
class Session:
    """A signed-in trader."""

    account: str
    tier: Tier
    create_time: Optional[datetime]
    expire_time: Optional[datetime]


@dataclass(frozen=True)
class Delegation:
    """A session key and what it may do."""

    public_key: str
    max_order_notional: Decimal
    create_time: Optional[datetime]
    expire_time: Optional[datetime]


@dataclass(frozen=True)
class SubAccount:
    """An account of a wallet beside its own."""

    number: int
    account: str
    name: str
    create_time: Optional[datetime]
