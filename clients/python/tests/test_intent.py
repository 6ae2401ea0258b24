import pytest
from quantdesk import InvalidInput, OrderIntent
from quantdesk.intent import Nonces, delegation_text

INTENT = dict(
    nonce=0x01020304, expiry_s=0x05060708, sell=True, price_ticks=0x090A0B0C0D0E0F10,
    quantity_lots=0x1112131415161718, domain=bytes(range(0xA0, 0xAE)),
)
# Written by hand from the layout in the comment of SignedIntent; the services are tested against the same bytes.
GOLDEN = "04030201" "08070605" "100f0e0d0c0b0a89" "1817161514131211" "a0a1a2a3a4a5a6a7a8a9aaabacad"


def test_should_write_every_field_at_its_place_little_endian():
    assert OrderIntent(**INTENT).encode().hex() == GOLDEN
    assert OrderIntent.decode(bytes.fromhex(GOLDEN)) == OrderIntent(**INTENT)
    assert OrderIntent(**{**INTENT, "sell": False}).encode()[15] == 0x09


@pytest.mark.parametrize(
    "wrong",
    [{"nonce": -1}, {"nonce": 2**32}, {"expiry_s": 2**32}, {"price_ticks": -1}, {"price_ticks": 2**63},
     {"quantity_lots": 2**63}, {"domain": bytes(13)}],
)
def test_should_refuse_what_does_not_fit_instead_of_cutting_it_off(wrong):
    with pytest.raises(InvalidInput):
        OrderIntent(**{**INTENT, **wrong})


def test_should_refuse_bytes_of_another_length():
    with pytest.raises(InvalidInput):
        OrderIntent.decode(bytes(37))


def test_should_never_give_a_nonce_twice():
    nonces = Nonces()
    given = [nonces.next() for _ in range(10_000)]
    assert len(set(given)) == len(given)


def test_should_write_the_delegation_as_the_contract_says():
    assert delegation_text("A", "B", "5000", 1234).split("\n") == [
        "QuantDesk delegation", "account: A", "session key: B", "max order notional: 5000 USDC", "expires: 1234",
    ]
