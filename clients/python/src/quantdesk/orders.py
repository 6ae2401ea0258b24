"""What a trader asks for, and the same with its one id and its one signature."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Optional

from quantdesk.decimals import Number, exact, plain
from quantdesk.errors import InvalidInput
from quantdesk.intent import Nonces, OrderIntent
from quantdesk.keys import Signer
from quantdesk.models import Market, OrderType, Side, TimeInForce

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
    reduce_only: bool = False
    # How long the signature counts, in seconds; None stands for a day where it is GTC and a minute where not.
    life_s: Optional[float] = None


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
        return "" if self.ticket.type is OrderType.MARKET else plain(exact(self.ticket.price, "price"))

    @property
    def quantity(self) -> str:
        """As it crosses the wire."""
        return plain(exact(self.ticket.quantity, "quantity"))


def prepare(ticket: OrderTicket, market: Market, signer: Signer, nonces: Nonces, server_now_s: float) -> PreparedOrder:
    """Makes the order's id and signs its intent. Raises InvalidInput for what the mesh would refuse for its form alone."""
    for name, value, kind in (
        ("side", ticket.side, Side),
        ("type", ticket.type, OrderType),
        ("time_in_force", ticket.time_in_force, TimeInForce),
    ):
        if not isinstance(value, kind) or value.name == "UNKNOWN":
            raise InvalidInput(name, f"one of {', '.join(each.name for each in kind if each.value)}, not {value!r}")
    life_s = ticket.life_s
    if life_s is None:
        life_s = DAY_S if ticket.time_in_force is TimeInForce.GTC else MINUTE_S
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
