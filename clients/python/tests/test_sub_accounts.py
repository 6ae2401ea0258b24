"""A wallet's sub-accounts: made, listed and traded for."""

import pytest
from conftest import QUICK
from fake_mesh import Desk, now
from quantdesk import InvalidInput, Keypair, OrderTicket, Side
from quantdesk._gen.auth.v1 import account_service_pb2 as account_pb
from quantdesk._gen.execution.v1 import order_service_pb2 as pb

KEY = Keypair.generate()
TICKET = OrderTicket("SOL-PERP", Side.BUY, "150.02", "1.5")
HEDGE = account_pb.SubAccount(number=1, account=KEY.address, name="hedge", create_time=now())


@pytest.fixture(params=["sync", "async"])
def kind(request):
    return request.param


def placed(request, _):
    return pb.PlaceOrderResponse(order=pb.Order(order_id="1", price="1", quantity="1", filled_quantity="0"))


def test_should_make_and_list_sub_accounts(mesh, desk):
    mesh.answers["CreateSubAccount"] = lambda *_: account_pb.CreateSubAccountResponse(sub_account=HEDGE, server_time=now())
    mesh.answers["ListSubAccounts"] = lambda *_: account_pb.ListSubAccountsResponse(sub_accounts=[HEDGE], server_time=now())
    made = desk.create_sub_account("hedge")
    assert (made.number, made.account, made.name) == (1, KEY.address, "hedge")
    assert desk.sub_accounts() == (made,)
    assert mesh.requests("CreateSubAccount")[0].name == "hedge"


def test_should_name_the_sub_account_with_every_call_where_one_is_given(mesh, kind):
    mesh.answers["PlaceOrder"] = placed
    desk = Desk(kind, mesh.address, QUICK, token="a-session", sub_account=3)
    desk.place(desk.prepare_order(TICKET, KEY))
    desk.close()
    assert mesh.metadata("PlaceOrder")[0]["x-sub-account"] == "3"
    assert mesh.metadata("PlaceOrder")[0]["authorization"] == "Bearer a-session"


def test_should_name_none_where_none_is_given(mesh, desk):
    mesh.answers["PlaceOrder"] = placed
    desk.place(desk.prepare_order(TICKET, KEY))
    assert "x-sub-account" not in mesh.metadata("PlaceOrder")[0]


def test_should_never_sign_one_nonce_twice_when_two_clients_share_a_key(mesh, kind):
    desks = [Desk(kind, mesh.address, QUICK, token="a-session", sub_account=number) for number in (1, 2)]
    nonces = [desk.prepare_order(TICKET, KEY).intent[:4] for _ in range(50) for desk in desks]
    for desk in desks:
        desk.close()
    assert len(set(nonces)) == len(nonces)


@pytest.mark.parametrize("number", [0, -1, 1.0, "1", True])
def test_should_refuse_what_is_no_number_of_a_sub_account(mesh, kind, number):
    with pytest.raises(InvalidInput):
        Desk(kind, mesh.address, QUICK, token="", sub_account=number)
