"""What a trader signs: the intent of an order, and the delegation of a session key."""

from __future__ import annotations

import struct
import threading
import time
from dataclasses import dataclass

from quantdesk.errors import InvalidInput

INTENT_BYTES = 38
DOMAIN_BYTES = 14
UINT32_MAX = (1 << 32) - 1
INT63_MAX = (1 << 63) - 1

_SIDE_BIT = 1 << 63
_LAYOUT = struct.Struct(f"<IIQQ{DOMAIN_BYTES}s")
_NONCE_STEPS_PER_SECOND = 125


@dataclass(frozen=True)
class OrderIntent:
    """The bounds of everything that may be done for one order, as laid out in the contract's SignedIntent."""

    # Unique for the signer until the expiry.
    nonce: int
    # Unix seconds.
    expiry_s: int
    sell: bool
    # Worst price: the highest to buy at, the lowest to sell at.
    price_ticks: int
    # Largest quantity.
    quantity_lots: int
    # The market's `intent_domain`.
    domain: bytes

    def __post_init__(self) -> None:
        _check("nonce", self.nonce, UINT32_MAX)
        _check("expiry_s", self.expiry_s, UINT32_MAX)
        _check("price_ticks", self.price_ticks, INT63_MAX)
        _check("quantity_lots", self.quantity_lots, INT63_MAX)
        if len(self.domain) != DOMAIN_BYTES:
            raise InvalidInput("domain", f"{DOMAIN_BYTES} bytes")

    def encode(self) -> bytes:
        """The 38 bytes to sign, little-endian."""
        side = _SIDE_BIT if self.sell else 0
        return _LAYOUT.pack(self.nonce, self.expiry_s, side | self.price_ticks, self.quantity_lots, self.domain)

    @classmethod
    def decode(cls, data: bytes) -> OrderIntent:
        """The intent of 38 bytes."""
        if len(data) != INTENT_BYTES:
            raise InvalidInput("intent", f"{INTENT_BYTES} bytes, not {len(data)}")
        nonce, expiry_s, side_and_price, quantity_lots, domain = _LAYOUT.unpack(data)
        return cls(nonce, expiry_s, side_and_price >= _SIDE_BIT, side_and_price & INT63_MAX, quantity_lots, domain)


class Nonces:
    """Numbers that grow with the clock, so that a new process never meets an old one's. Thread-safe.

    Two processes that sign with one key at the same moment may meet: the later order is then refused with NONCE_REPLAYED.
    Give each process its own session key.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        """A number of 32 bits that this object has not given before."""
        with self._lock:
            self._last = max(self._last + 1, int(time.time() * _NONCE_STEPS_PER_SECOND))
            return self._last & UINT32_MAX


def delegation_text(account: str, session_key: str, max_order_notional: str, expiry_s: int) -> str:
    """The text by whose signature a wallet lets a session key sign orders for it."""
    return (
        "QuantDesk delegation\n"
        f"account: {account}\n"
        f"session key: {session_key}\n"
        f"max order notional: {max_order_notional} USDC\n"
        f"expires: {expiry_s}"
    )


def _check(name: str, value: int, most: int) -> None:
    if not 0 <= value <= most:
        raise InvalidInput(name, f"0 to {most}, not {value}")
