"""What becomes of an order, also when no answer comes."""

import time
from datetime import datetime, timezone

import grpc
import pytest
from conftest import QUICK
from fake_mesh import Refused, now
from quantdesk import InvalidInput, Keypair, OrderStatus, OrderTicket, OutcomeUnknown, Refusal, SelfTradePrevention, Side, TimeInForce
from quantdesk._gen.auth.v1 import session_service_pb2 as session_pb
from quantdesk._gen.execution.v1 import order_service_pb2 as pb
from quantdesk.intent import OrderIntent

KEY = Keypair.generate()
TICKET = OrderTicket("SOL-PERP", Side.BUY, "150.02", "1.5")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def order_of(request):
    return pb.Order(
        order_id="42", client_order_id=request.client_order_id, market="SOL-PERP", side=pb.SIDE_BUY, price="150.02",
        type=pb.ORDER_TYPE_LIMIT, time_in_force=pb.TIME_IN_FORCE_GTC, quantity="1.5", filled_quantity="0",
        status=pb.ORDER_STATUS_OPEN, trace_id=TRACE,
    )


def placed(request, _):
    return pb.PlaceOrderResponse(order=order_of(request), server_time=now())


def found(request, _):
    return pb.GetOrderResponse(order=order_of(request), server_time=now())


def refusing(code, reason="", **more):
    def answer(*_):
        raise Refused(code, reason, **more)

    return answer


def later(clock, seconds, answer):
    """The answer, after some time."""

    def delayed(*asked):
        clock.passes(seconds)
        return answer(*asked)

    return delayed


def in_turn(*answers):
    """One answer for each call."""
    left = iter(answers)
    over = refusing(grpc.StatusCode.FAILED_PRECONDITION, "SCRIPT_OVER")
    return lambda *asked: next(left, over)(*asked)


def unknown_of(desk, order):
    with pytest.raises(OutcomeUnknown) as raised:
        desk.place(order)
    assert (raised.value.reason, raised.value.category) == ("OUTCOME_UNKNOWN", "outcome_unknown")
    assert raised.value.client_order_id == order.client_order_id
    return raised.value


def test_should_sign_the_bounds_of_the_ticket_and_send_them_under_one_id(mesh, desk):
    mesh.answers["PlaceOrder"] = placed
    order = desk.prepare_order(TICKET, KEY)
    answer = desk.place(order)
    (request,) = mesh.requests("PlaceOrder")
    assert (request.client_order_id, request.price, request.quantity) == (order.client_order_id, "150.02", "1.5")
    assert (request.intent.signer, request.intent.signature) == (KEY.address, KEY.sign(order.intent))
    intent = OrderIntent.decode(request.intent.intent)
    assert (intent.price_ticks, intent.quantity_lots, intent.sell) == (15002, 15, False)
    assert abs(intent.expiry_s - time.time() - 86_400) < 30
    assert (answer.order.status, answer.trace_id, answer.repeated) == (OrderStatus.OPEN, TRACE, False)
    assert answer.sent_s <= answer.answered_s


def test_should_send_a_market_order_without_a_price_but_sign_its_bound(mesh, desk):
    mesh.answers["PlaceOrder"] = placed
    from quantdesk import OrderType

    ticket = OrderTicket("SOL-PERP", Side.SELL, 140, 1, type=OrderType.MARKET, time_in_force=TimeInForce.IOC)
    desk.place(desk.prepare_order(ticket, KEY))
    (request,) = mesh.requests("PlaceOrder")
    assert request.price == ""
    intent = OrderIntent.decode(request.intent.intent)
    assert (intent.price_ticks, intent.sell) == (14_000, True)


def test_should_send_what_else_a_ticket_says(mesh, desk):
    mesh.answers["PlaceOrder"] = placed
    until = datetime.fromtimestamp(int(time.time()) + 90.5, timezone.utc)
    ticket = OrderTicket(
        "SOL-PERP", Side.BUY, "150.02", 1, time_in_force=TimeInForce.GTT, expire_time=until, post_only=True,
        post_only_slide=True, self_trade_prevention=SelfTradePrevention.EXPIRE_BOTH,
    )
    order = desk.prepare_order(ticket, KEY)
    desk.place(order)
    (request,) = mesh.requests("PlaceOrder")
    assert (request.post_only, request.post_only_slide) == (True, True)
    assert request.self_trade_prevention == pb.SELF_TRADE_PREVENTION_EXPIRE_BOTH
    assert request.expire_time.ToMilliseconds() == until.timestamp() * 1000
    assert 0 <= OrderIntent.decode(order.intent).expiry_s - until.timestamp() <= 1


def test_should_show_the_session_and_start_a_trace(mesh, desk):
    mesh.answers["PlaceOrder"] = placed
    desk.place(desk.prepare_order(TICKET, KEY))
    (metadata,) = mesh.metadata("PlaceOrder")
    assert metadata["authorization"] == "Bearer a-session"
    assert len(metadata["traceparent"]) == 55


def test_should_say_that_the_outcome_is_unknown_when_the_connection_breaks_and_never_send_again(mesh, desk):
    mesh.answers["PlaceOrder"] = refusing(grpc.StatusCode.UNAVAILABLE)
    mesh.answers["GetOrder"] = found
    order = desk.prepare_order(TICKET, KEY)
    unknown = unknown_of(desk, order)
    assert desk.resolve(unknown).client_order_id == order.client_order_id
    assert len(mesh.requests("PlaceOrder")) == 1


@pytest.mark.parametrize("reason", ["UPSTREAM_UNAVAILABLE", "SERVICE_STOPPING", "OUTCOME_UNKNOWN", "INTERNAL"])
def test_should_not_take_a_refusal_that_says_nothing_of_the_order_for_a_no(mesh, desk, reason):
    mesh.answers["PlaceOrder"] = refusing(grpc.StatusCode.UNAVAILABLE, reason)
    unknown_of(desk, desk.prepare_order(TICKET, KEY))


@pytest.mark.parametrize("reason", ["RISK_UNAVAILABLE", "ENGINE_BUSY", "MARK_PRICE_STALE"])
def test_should_take_a_refusal_from_before_the_engine_for_a_no(mesh, desk, reason):
    mesh.answers["PlaceOrder"] = refusing(grpc.StatusCode.UNAVAILABLE, reason)
    with pytest.raises(Refusal) as refused:
        desk.place(desk.prepare_order(TICKET, KEY))
    assert refused.value.retryable


def test_should_ask_until_the_mesh_is_back(mesh, desk):
    mesh.answers["PlaceOrder"] = refusing(grpc.StatusCode.DEADLINE_EXCEEDED)
    unknown = unknown_of(desk, desk.prepare_order(TICKET, KEY))
    away = refusing(grpc.StatusCode.UNAVAILABLE, "UPSTREAM_UNAVAILABLE")
    mesh.answers["GetOrder"] = in_turn(away, away, found)
    assert desk.resolve(unknown).order_id == "42"


def test_should_know_that_an_order_was_not_placed_once_no_part_can_hold_it(mesh, desk, clock):
    mesh.answers["PlaceOrder"] = refusing(grpc.StatusCode.UNAVAILABLE)
    missing = later(clock, QUICK.in_flight_max_s * 0.6, refusing(grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND"))
    mesh.answers["GetOrder"] = in_turn(missing, missing)
    order = desk.prepare_order(TICKET, KEY)
    unknown = unknown_of(desk, order)
    assert desk.resolve(unknown) is None
    assert len(mesh.requests("GetOrder")) == 2
    mesh.answers["PlaceOrder"] = placed
    desk.place(order)
    first, second = mesh.requests("PlaceOrder")
    assert first == second


def test_should_say_unknown_again_when_nothing_can_be_learned_in_time(mesh, desk, clock):
    mesh.answers["PlaceOrder"] = refusing(grpc.StatusCode.UNAVAILABLE)
    unknown = unknown_of(desk, desk.prepare_order(TICKET, KEY))
    away = later(clock, QUICK.resolve_timeout_s * 0.6, refusing(grpc.StatusCode.UNAVAILABLE))
    mesh.answers["GetOrder"] = in_turn(away, away)
    with pytest.raises(OutcomeUnknown) as again:
        desk.resolve(unknown)
    assert len(mesh.requests("GetOrder")) == 2
    mesh.answers["GetOrder"] = found
    assert desk.resolve(again.value).order_id == "42"


def test_should_pass_on_a_refusal_of_the_question(mesh, desk):
    mesh.answers["PlaceOrder"] = refusing(grpc.StatusCode.UNAVAILABLE)
    unknown = unknown_of(desk, desk.prepare_order(TICKET, KEY))
    mesh.answers["GetOrder"] = refusing(grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID")
    with pytest.raises(Refusal) as refused:
        desk.resolve(unknown)
    assert refused.value.reason == "SESSION_INVALID"


@pytest.mark.parametrize(
    "wrong",
    [{"market": "DOGE-PERP"}, {"price": 150.02}, {"price": "150.001"}, {"quantity": "0"}, {"quantity": "-1"},
     {"time_in_force": TimeInForce.GTT}, {"expire_time": datetime.now(timezone.utc)},
     {"time_in_force": TimeInForce.GTT, "expire_time": datetime(2030, 1, 1)}, {"side": Side.UNKNOWN}, {"side": "buy"}, {"life_s": 0}, {"life_s": 3_000_000}],
)
def test_should_refuse_a_wrong_ticket_before_anything_is_sent(mesh, desk, wrong):
    with pytest.raises(InvalidInput):
        desk.prepare_order(OrderTicket(**{**vars(TICKET), **wrong}), KEY)
    assert mesh.requests("PlaceOrder") == []


def test_should_sign_in_with_the_wallets_signature_over_the_challenge(mesh, desk):
    mesh.answers["CreateChallenge"] = lambda *_: session_pb.CreateChallengeResponse(message="sign this")
    mesh.answers["CreateSession"] = lambda *_: session_pb.CreateSessionResponse(
        token="new", session=session_pb.Session(account=KEY.address, tier=session_pb.TIER_FREE))
    assert desk.sign_in(KEY).account == KEY.address
    (request,) = mesh.requests("CreateSession")
    assert request.signature == KEY.sign(b"sign this")
    mesh.answers["GetSession"] = refusing(grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID")
    assert desk.session() is None
    assert mesh.metadata("GetSession")[0]["authorization"] == "Bearer new"


def test_should_list_orders_page_by_page(mesh, desk):
    mesh.answers["ListOrders"] = lambda *_: pb.ListOrdersResponse(
        orders=[order_of(pb.PlaceOrderRequest(client_order_id="mine"))], server_time=now())
    assert [order.client_order_id for order in desk.list_orders(page_size=10, before="99")] == ["mine"]
    (request,) = mesh.requests("ListOrders")
    assert (request.page_size, request.page_token) == (10, "99")


def test_should_name_an_order_in_one_way_only(desk):
    for name in ({}, {"order_id": "1", "client_order_id": "a"}):
        with pytest.raises(InvalidInput):
            desk.cancel(**name)
