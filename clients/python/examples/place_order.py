"""Streams a book, places an order, follows it to its settlement on chain and prints its trace id."""

import sys
import time
from decimal import Decimal

from quantdesk import (
    Client,
    Gap,
    Keypair,
    Order,
    OrderChange,
    OrderTicket,
    OrderType,
    OutcomeUnknown,
    PreparedOrder,
    Resumed,
    Side,
    TimeInForce,
    Update,
)

MARKET = "SOL-PERP"
QUANTITY = Decimal(1)
# A market order may trade this much worse than the best price.
WORST = Decimal("1.02")
PATIENCE_S = 60


def main(address: str) -> None:
    started_s = time.monotonic()
    with Client(address) as desk:
        wallet = Keypair.generate()
        desk.sign_in(wallet)
        print(f"signed in as {wallet.address}, {desk.request_test_funds().credited or 'no'} test USDC credited")

        ask = best_ask(desk)
        key = Keypair.generate()
        desk.delegate(wallet, key.address, max_order_notional=5000, life_s=600)

        changes = desk.stream_orders(duration_s=PATIENCE_S)
        next(changes)
        ticket = OrderTicket(
            market=MARKET,
            side=Side.BUY,
            type=OrderType.MARKET,
            time_in_force=TimeInForce.IOC,
            price=desk.markets()[MARKET].round_price(ask * WORST, up=True),
            quantity=QUANTITY,
        )
        order = place(desk, desk.prepare_order(ticket, key))
        print(f"order {order.order_id}: {order.status.value}, {order.filled_quantity} filled")
        if order.fills:
            follow_to_settlement(changes, order)
        desk.revoke_delegate(key.address)
        print(f"trace {order.trace_id}")
        print(f"whole flow: {(time.monotonic() - started_s) * 1000:.0f} ms")


def best_ask(desk: Client) -> Decimal:
    for event in desk.stream_order_book(MARKET, duration_s=PATIENCE_S):
        if isinstance(event, (Gap, Resumed)):
            continue
        book = event.value
        print(f"book at {book.sequence}: {book.bids[0].price} / {book.asks[0].price}, checksum verified")
        if isinstance(event, Update):
            return book.asks[0].price
    raise SystemExit("the book did not move")


def place(desk: Client, order: PreparedOrder) -> Order:
    """What becomes of an order is never guessed: where the answer is lost, the mesh is asked."""
    try:
        return desk.place(order).order
    except OutcomeUnknown as unknown:
        return unknown.resolve() or place(desk, order)


def follow_to_settlement(changes, order: Order) -> None:
    for event in changes:
        if not isinstance(event, Update) or event.value.order.order_id != order.order_id:
            continue
        change, fill = event.value.change, event.value.fill
        print(f"  {change.value}" + (f" {fill.quantity} at {fill.price}" if fill else ""))
        if change is OrderChange.SETTLEMENT_CONFIRMED:
            print(f"  confirmed in slot {fill.slot}")
        if change is OrderChange.SETTLED:
            return
    raise SystemExit(f"the order was not settled in {PATIENCE_S} s")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:3002")
