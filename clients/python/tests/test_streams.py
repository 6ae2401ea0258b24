"""Streams that are cut, skip, lie and come back."""

import time
from decimal import Decimal
from itertools import islice

import grpc
import pytest
from conftest import QUICK
from fake_mesh import BookTape, Refused, until_gone
from quantdesk import Gap, OrderChange, Refusal, Resumed, Snapshot, Unreachable, Update
from quantdesk._gen.execution.v1 import order_service_pb2 as order_pb
from quantdesk._gen.marketdata.v1 import market_data_service_pb2 as market_pb


DURATION_S = 300.0


class Script:
    """Plays one part for each connection, and refuses for good what comes after the last."""

    def __init__(self, *parts):
        self._parts = iter(parts)

    def __call__(self, request, context):
        part = next(self._parts, refuse(grpc.StatusCode.FAILED_PRECONDITION, "SCRIPT_OVER"))
        yield from part(request, context)


def cut(*messages):
    def part(*_):
        yield from messages
        raise Refused(grpc.StatusCode.UNAVAILABLE)

    return part


def hold(*messages):
    def part(_, context):
        yield from messages
        until_gone(context)

    return part


def refuse(code, reason, **more):
    def part(*_):
        yield from ()
        raise Refused(code, reason, **more)

    return part


def kinds(events):
    return [type(event).__name__ for event in events]


def take(events, count):
    try:
        return list(islice(events, count))
    finally:
        events.close()


def test_should_follow_a_book_level_by_level(mesh, desk):
    tape = BookTape()
    mesh.answers["StreamOrderBook"] = Script(
        hold(tape.snapshot(), tape.update(bids=[("150.01", "0")], asks=[("150.02", "7"), ("150.5", "1")])))
    first, second = take(desk.stream_order_book("SOL-PERP"), 2)
    assert isinstance(first, Snapshot) and first.server_time is not None
    assert [str(level.price) for level in first.value.bids] == ["150.01", "149.99"]
    assert isinstance(second, Update) and second.value.sequence == 8
    assert [str(level.price) for level in second.value.bids] == ["149.99"]
    assert second.value.asks[0].quantity == Decimal(7)
    # What was handed out before stays as it was.
    assert len(first.value.bids) == 2


def test_should_resume_a_cut_book_after_the_last_sequence(mesh, desk):
    tape = BookTape()
    mesh.answers["StreamOrderBook"] = Script(
        cut(tape.snapshot(), tape.update(bids=[("150", "1")])), hold(tape.update(bids=[("150", "2")])))
    events = take(desk.stream_order_book("SOL-PERP"), 4)
    assert kinds(events) == ["Snapshot", "Update", "Resumed", "Update"]
    assert [request.resume_from_sequence for request in mesh.requests("StreamOrderBook")] == [0, 8]


def test_should_tell_a_gap_when_a_resumed_book_starts_anew(mesh, desk):
    tape = BookTape()
    mesh.answers["StreamOrderBook"] = Script(cut(tape.snapshot()), hold(tape.snapshot()))
    assert kinds(take(desk.stream_order_book("SOL-PERP"), 3)) == ["Snapshot", "Gap", "Snapshot"]


def test_should_drop_a_book_that_skips_a_sequence_and_fetch_it_anew(mesh, desk):
    tape = BookTape()
    whole = tape.snapshot()
    tape.update(bids=[("150", "1")])
    skipped = tape.update(bids=[("150", "2")])
    mesh.answers["StreamOrderBook"] = Script(hold(whole, skipped), hold(tape.snapshot()))
    events = take(desk.stream_order_book("SOL-PERP"), 3)
    assert kinds(events) == ["Snapshot", "Gap", "Snapshot"]
    assert "sequence 9" in events[1].why
    assert [request.resume_from_sequence for request in mesh.requests("StreamOrderBook")] == [0, 0]


def test_should_not_believe_a_book_whose_checksum_is_wrong(mesh, desk):
    tape = BookTape()
    whole, wrong = tape.snapshot(), tape.update(asks=[("150.02", "6")])
    wrong.update.asks[0].quantity = "6000"
    mesh.answers["StreamOrderBook"] = Script(hold(whole, wrong), hold(tape.snapshot()))
    events = take(desk.stream_order_book("SOL-PERP"), 3)
    assert kinds(events) == ["Snapshot", "Gap", "Snapshot"]
    assert "checksum" in events[1].why
    assert events[2].value.asks[0].quantity == Decimal(6)


def test_should_start_anew_when_the_place_to_resume_from_is_gone(mesh, desk):
    tape = BookTape()
    mesh.answers["StreamOrderBook"] = Script(
        cut(tape.snapshot()), refuse(grpc.StatusCode.OUT_OF_RANGE, "RESUME_EXPIRED"), hold(tape.snapshot()))
    assert kinds(take(desk.stream_order_book("SOL-PERP"), 3)) == ["Snapshot", "Gap", "Snapshot"]


def test_should_give_up_on_a_refusal_that_will_not_pass(mesh, desk):
    mesh.answers["StreamOrderBook"] = Script(refuse(grpc.StatusCode.NOT_FOUND, "UNKNOWN_MARKET"))
    with pytest.raises(Refusal) as refused:
        next(desk.stream_order_book("DOGE-PERP"))
    assert refused.value.reason == "UNKNOWN_MARKET"


def test_should_wait_as_long_as_the_mesh_asks_for(mesh, desk):
    tape = BookTape()
    mesh.answers["StreamOrderBook"] = Script(
        refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", retry_s=1), hold(tape.snapshot()))
    started_s = time.monotonic()
    take(desk.stream_order_book("SOL-PERP"), 1)
    assert time.monotonic() - started_s >= 1


def test_should_survive_a_gateway_that_restarts(mesh, desk):
    tape = BookTape()
    mesh.answers["StreamOrderBook"] = Script(hold(tape.snapshot()), hold(tape.update(bids=[("150", "1")])))
    events = desk.stream_order_book("SOL-PERP")
    assert isinstance(next(events), Snapshot)
    mesh.stop()
    mesh.start()
    assert kinds(take(events, 2)) == ["Resumed", "Update"]


def away(clock, seconds):
    """Says that nobody is there, `seconds` after it was asked."""

    def part(*_):
        yield from ()
        clock.passes(seconds)
        raise Refused(grpc.StatusCode.UNAVAILABLE)

    return part


def until_its_time_is_over(clock, *messages):
    """Answers at once, sends the messages and stays open until the time that the caller gave it is over."""

    def part(_, context):
        context.send_initial_metadata((("x-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736"),))
        yield from messages
        clock.passes(DURATION_S)
        raise Refused(grpc.StatusCode.DEADLINE_EXCEEDED)

    return part


def test_should_raise_when_the_mesh_stays_away(mesh, desk, clock):
    mesh.answers["StreamOrderBook"] = Script(*[away(clock, QUICK.give_up_after_s * 0.4)] * 3)
    with pytest.raises(Unreachable):
        list(desk.stream_order_book("SOL-PERP"))
    assert len(mesh.requests("StreamOrderBook")) == 3


def test_should_raise_when_its_duration_is_over_and_nobody_was_there(mesh, desk, clock):
    mesh.answers["StreamOrderBook"] = Script(*[away(clock, DURATION_S / 3)] * 3)
    with pytest.raises(Unreachable):
        list(desk.stream_order_book("SOL-PERP", duration_s=DURATION_S))
    assert len(mesh.requests("StreamOrderBook")) == 3


def test_should_raise_when_a_gateway_takes_a_stream_and_never_answers(mesh, desk, clock):
    def silent(_, context):
        clock.passes(1)
        yield from hold()(_, context)

    mesh.answers["StreamOrderBook"] = silent
    with pytest.raises(Unreachable) as raised:
        list(desk.stream_order_book("SOL-PERP", duration_s=0.1))
    assert (raised.value.reason, raised.value.category) == ("UNAVAILABLE", "unavailable")


def test_should_end_in_peace_when_a_stream_was_open_and_had_nothing_to_say(mesh, desk, clock):
    mesh.answers["StreamTrades"] = Script(away(clock, 1), until_its_time_is_over(clock))
    assert list(desk.stream_trades("SOL-PERP", duration_s=DURATION_S)) == []


def test_should_end_after_its_duration(mesh, desk, clock):
    mesh.answers["StreamOrderBook"] = Script(until_its_time_is_over(clock, BookTape().snapshot()))
    assert kinds(desk.stream_order_book("SOL-PERP", duration_s=DURATION_S)) == ["Snapshot"]


def test_should_tell_the_mesh_how_long_it_listens(mesh, desk, clock):
    left_s = []

    def part(_, context):
        left_s.append(context.time_remaining())
        yield from until_its_time_is_over(clock)(_, context)

    mesh.answers["StreamOrderBook"] = Script(part)
    list(desk.stream_order_book("SOL-PERP", duration_s=DURATION_S))
    assert 0 < left_s[0] < 2 * DURATION_S


def trades(*sequences, gap=False, epoch=1):
    made = [
        market_pb.Trade(market="SOL-PERP", sequence=each, epoch=epoch, price="150", quantity="1", venue_trade_id=str(each))
        for each in sequences
    ]
    return market_pb.StreamTradesResponse(trades=made, gap=gap)


def test_should_give_each_trade_once_and_tell_what_is_missing(mesh, desk):
    mesh.answers["StreamTrades"] = Script(
        cut(trades(1, 2), trades(3)), cut(trades(3, 4)), cut(trades(9, gap=True)), hold(trades(1, epoch=2)))
    events = take(desk.stream_trades("SOL-PERP"), 8)
    assert kinds(events) == ["Snapshot", "Update", "Resumed", "Update", "Gap", "Update", "Gap", "Update"]
    seen = [trade.sequence for event in events if not isinstance(event, (Gap, Resumed)) for trade in event.value]
    assert seen == [1, 2, 3, 4, 9, 1]


def order(sequence, change, order_id="42"):
    made = order_pb.Order(order_id=order_id, price="1", quantity="1", filled_quantity="0", sequence=sequence)
    return order_pb.StreamOrdersResponse(update=order_pb.OrderUpdate(sequence=sequence, change=change, order=made))


def test_should_give_every_change_of_an_order_exactly_once_over_a_cut(mesh, desk):
    accepted = order(11, order_pb.ORDER_CHANGE_ACCEPTED)
    other = order(11, order_pb.ORDER_CHANGE_FILLED, order_id="7")
    filled = order(12, order_pb.ORDER_CHANGE_FILLED)
    mesh.answers["StreamOrders"] = Script(
        cut(order_pb.StreamOrdersResponse(snapshot=order_pb.OrderSnapshot(sequence=10)), accepted),
        hold(accepted, other, filled),
    )
    events = take(desk.stream_orders(), 5)
    assert kinds(events) == ["Snapshot", "Update", "Resumed", "Update", "Update"]
    updates = [event.value for event in events if isinstance(event, Update)]
    assert [(each.order.order_id, each.change) for each in updates] == [
        ("42", OrderChange.ACCEPTED), ("7", OrderChange.FILLED), ("42", OrderChange.FILLED),
    ]
    assert [request.resume_from_sequence for request in mesh.requests("StreamOrders")] == [0, 11]
