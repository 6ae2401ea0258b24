"""Exact decimals: prices and quantities between text, Decimal and whole steps. Floats are refused: they are not exact."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import Union

from quantdesk.errors import BadAnswer, InvalidInput

Number = Union[Decimal, str, int]

# Enough for 63-bit steps of any step size; the caller's own decimal context plays no part.
_EXACT = Context(prec=80)
# Bounds on what is read, so that no text makes the arithmetic large.
INTEGER_DIGITS_MAX = 30
FRACTION_DIGITS_MAX = 30
_PLAIN = re.compile(r"-?[0-9]{1,%d}(\.[0-9]{1,%d})?" % (INTEGER_DIGITS_MAX, FRACTION_DIGITS_MAX))


def exact(value: Number, name: str) -> Decimal:
    """The value as a finite Decimal of bounded length."""
    if isinstance(value, Decimal) and value.is_finite():
        if value.adjusted() < INTEGER_DIGITS_MAX and int(value.as_tuple().exponent) >= -FRACTION_DIGITS_MAX:
            return value
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**INTEGER_DIGITS_MAX:
        return Decimal(value)
    elif isinstance(value, str) and _PLAIN.fullmatch(value):
        return Decimal(value)
    raise InvalidInput(name, f"a Decimal, an int or a plain decimal text such as '2.5', not {value!r}"[:200])


def from_wire(text: str, name: str) -> Decimal:
    """A decimal text of the mesh."""
    if not _PLAIN.fullmatch(text):
        raise BadAnswer(f"{name} is {text[:40]!r}, which is no decimal")
    return Decimal(text)


def plain(value: Decimal) -> str:
    """The shortest text without an exponent, such as "150" or "0.001"."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def to_steps(value: Decimal, step: Decimal) -> Fraction:
    """How many steps the value is; a whole number where it lies on one."""
    return Fraction(value) / Fraction(step)


def from_steps(steps: int, step: Decimal) -> Decimal:
    """So many steps, exactly."""
    return _EXACT.multiply(Decimal(steps), step)
