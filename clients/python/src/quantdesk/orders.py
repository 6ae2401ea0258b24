"""What a trader asks for, and the same with its one id and its one signature."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Optional

from quantdesk.decimals import Number, exact, plain
from quantdesk.errors import InvalidInput
from quantdesk.intent import Nonces, OrderIntent
from quantdesk.keys import Signer
from quantdesk.models import AuctionPreference, Market, OrderType, SelfTradePrevention, Side, TimeInForce, TriggerSource

DAY_S = 86_400
MINUTE_S = 60
LIFE_MAX_S = 30 * DAY_S

_CLIENT_ORDER_ID_BYTES = 16


@dataclass(frozen=True)
class OrderTicket:
    """An order as a trader thinks of it."""

    market: str
    side: Side
    # Limit price; for a market order the worst price that it may trade at.
    price: Number
    quantity: Number
    type: OrderType = OrderType.LIMIT
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    # Lets a post-only order rest one tick behind the best opposite price instead of being refused.
    post_only_slide: bool = False
    self_trade_prevention: SelfTradePrevention = SelfTradePrevention.EXPIRE_TAKER
    # When a GTT order ends; with a time zone.
    expire_time: Optional[datetime] = None
    reduce_only: bool = False
    # Price that a stop or take-profit order waits for.
    trigger_price: Optional[Number] = None
    # Price that its trigger or its peg watches; None stands for the mark price.
    trigger_source: Optional[TriggerSource] = None
    # Distance of a trailing stop from the best price: one of the two.
    trail_amount: Optional[Number] = None
    trail_bps: Optional[int] = None
    # What a pegged order adds to the price it follows; `price` is its limit.
    peg_offset: Optional[Number] = None
    # Whether it opens an auction before it takes; None leaves it to its size.
    auction: Optional[AuctionPreference] = None
    # How long the signature counts, in seconds; None stands for a day where it is GTC or waits for a price, until its time
    # where it is GTT, and a minute where it is none of these.
    life_s: Optional[float] = None


@dataclass(frozen=True)
class Amendment:
    """What of an open order is to be changed; None leaves it."""

    price: Optional[Number] = None
    quantity: Optional[Number] = None
    trigger_price: Optional[Number] = None

    @property
    def texts(self) -> Mapping[str, str]:
        """As it crosses the wire. Raises InvalidInput when nothing is to be changed."""
        values = {"price": self.price, "quantity": self.quantity, "trigger_price": self.trigger_price}
        texts = {name: plain(exact(value, name)) for name, value in values.items() if value is not None}
        if not texts:
            raise InvalidInput("price", "one of price, quantity and trigger_price is needed")
        return texts


@dataclass(frozen=True)
class PreparedOrder:
    """An order ready to be sent, once or again. Keep it until its outcome is known: a second one would be another order."""

    client_order_id: str
    ticket: OrderTicket
    intent: bytes
    signature: bytes
    # Address of the key that signed.
    signer: str

    @property
    def price(self) -> str:
        """As it crosses the wire; a market order has no price but the bound in its intent."""
        return "" if self.ticket.type.is_market else plain(exact(self.ticket.price, "price"))

    @property
    def quantity(self) -> str:
        """As it crosses the wire."""
        return plain(exact(self.ticket.quantity, "quantity"))

    def text(self, name: str) -> str:
        """An amount of the ticket as it crosses the wire, empty where there is none."""
        value = getattr(self.ticket, name)
        return "" if value is None else plain(exact(value, name))

    @property
    def trail(self) -> Mapping[str, Any]:
        """The distance of a trailing stop as it crosses the wire."""
        if self.ticket.trail_bps is not None:
            return {"trail_bps": self.ticket.trail_bps}
        return {} if self.ticket.trail_amount is None else {"trail_amount": self.text("trail_amount")}


def _life_s(ticket: OrderTicket, server_now_s: float) -> float:
    if ticket.expire_time is not None:
        # The intent's expiry is in whole seconds.
        return ticket.expire_time.timestamp() - server_now_s + 1
    return DAY_S if ticket.time_in_force is TimeInForce.GTC or ticket.type.waits else MINUTE_S


def prepare(ticket: OrderTicket, market: Market, signer: Signer, nonces: Nonces, server_now_s: float) -> PreparedOrder:
    """Makes the order's id and signs its intent. Raises InvalidInput for what the mesh would refuse for its form alone."""
    for name, value, kind in (
        ("side", ticket.side, Side),
        ("type", ticket.type, OrderType),
        ("time_in_force", ticket.time_in_force, TimeInForce),
        ("self_trade_prevention", ticket.self_trade_prevention, SelfTradePrevention),
    ):
        if not isinstance(value, kind) or value.name == "UNKNOWN":
            raise InvalidInput(name, f"one of {', '.join(each.name for each in kind if each.value)}, not {value!r}")
    if ticket.trail_amount is not None and ticket.trail_bps is not None:
        raise InvalidInput("trail_amount", "given without trail_bps, or trail_bps without it")
    if (ticket.expire_time is not None) != (ticket.time_in_force is TimeInForce.GTT):
        raise InvalidInput("expire_time", "given with GTT, and with nothing else")
    if ticket.expire_time is not None and ticket.expire_time.tzinfo is None:
        raise InvalidInput("expire_time", "a time with its time zone")
    life_s = _life_s(ticket, server_now_s) if ticket.life_s is None else ticket.life_s
    if not 0 < life_s <= LIFE_MAX_S:
        raise InvalidInput("life_s", f"above 0 and at most {LIFE_MAX_S}, not {life_s}")
    lots = market.to_lots(ticket.quantity)
    if lots == 0:
        raise InvalidInput("quantity", "above zero", "QUANTITY_OUT_OF_RANGE")
    intent = OrderIntent(
        nonce=nonces.next(),
        expiry_s=int(server_now_s + life_s),
        sell=ticket.side is Side.SELL,
        price_ticks=market.to_ticks(ticket.price),
        quantity_lots=lots,
        domain=market.intent_domain,
    ).encode()
    return PreparedOrder(
        client_order_id=secrets.token_hex(_CLIENT_ORDER_ID_BYTES),
        ticket=ticket,
        intent=intent,
        signature=signer.sign(intent),
        signer=signer.address,
    )
