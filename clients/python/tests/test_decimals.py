from decimal import Decimal

import pytest
from fake_mesh import SOL
from quantdesk import BadAnswer, InvalidInput, OffStep, _wire
from quantdesk.decimals import exact, from_wire, plain

MARKET = _wire.market(SOL)


def test_should_count_prices_in_ticks_exactly_also_where_floating_point_could_not():
    assert MARKET.to_ticks("9007199254740993.01") == 900719925474099301
    assert MARKET.from_ticks(900719925474099301) == Decimal("9007199254740993.01")
    assert [MARKET.from_ticks(MARKET.to_ticks(price)) for price in ("0.07", "0.29", 1)] == [
        Decimal("0.07"), Decimal("0.29"), Decimal(1),
    ]


def test_should_refuse_a_value_between_two_steps_and_name_the_nearest():
    with pytest.raises(OffStep) as price:
        MARKET.to_ticks("150.004")
    assert (price.value.reason, price.value.suggestion.price) == ("PRICE_OFF_TICK", "150")
    with pytest.raises(OffStep) as quantity:
        MARKET.to_lots("1.07")
    assert (quantity.value.reason, quantity.value.suggestion.quantity) == ("QUANTITY_OFF_LOT", "1.1")
    with pytest.raises(OffStep) as tiny:
        MARKET.to_lots("0.01")
    assert tiny.value.suggestion.quantity == "0.1"


def test_should_round_to_the_side_that_was_asked_for():
    assert MARKET.round_price("150.001", up=True) == Decimal("150.01")
    assert MARKET.round_price("150.001", up=False) == Decimal("150")
    assert MARKET.round_quantity("1.07") == Decimal("1")
    assert MARKET.round_quantity("1.07", up=True) == Decimal("1.1")


@pytest.mark.parametrize("value", [1.5, True, "1e3", "", "NaN", Decimal("Infinity"), "1" * 31, Decimal("1e-31"), None])
def test_should_refuse_what_is_no_exact_plain_number(value):
    with pytest.raises(InvalidInput):
        exact(value, "price")


def test_should_refuse_an_answer_that_is_no_number():
    with pytest.raises(BadAnswer):
        from_wire("1,5", "price")


def test_should_write_plainly():
    written = [plain(Decimal(text)) for text in ("1.500", "1E+3", "-0", "0.000", "1E-9")]
    assert written == ["1.5", "1000", "0", "0", "0.000000001"]
