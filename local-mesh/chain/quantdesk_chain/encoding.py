"""Byte encodings of the RPC interface, and accounts in their JSON form."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Callable, Optional

from solders.account import Account
from solders.pubkey import Pubkey

from .errors import INVALID_REQUEST, RpcError, invalid_params

BASE58_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_VALUE = {character: value for value, character in enumerate(BASE58_ALPHABET)}

BASE58_ACCOUNT_BYTES_MAX = 128
"""Validators refuse base58 for larger account data: the conversion takes quadratic time."""

RENT_EPOCH_EXEMPT = 2**64 - 1

TOKEN_PROGRAMS = frozenset(
    Pubkey.from_string(program)
    for program in (
        "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
    )
)
TOKEN_ACCOUNT_BYTES = 165
MINT_BYTES = 82
TOKEN_2022_ACCOUNT_TYPE_HOLDING = 2
_TOKEN_STATES = {1: "initialized", 2: "frozen"}

AccountLookup = Callable[[Pubkey], Optional[Account]]


def base58_encode(data: bytes) -> str:
    """Encodes bytes as base58, as addresses and instruction data are written."""
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(BASE58_ALPHABET[digit])
    leading_zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * leading_zeros + "".join(reversed(digits))


def base58_decode(text: str) -> bytes:
    """Decodes base58 text; raises ValueError on a character outside the alphabet."""
    number = 0
    for character in text:
        value = _BASE58_VALUE.get(character)
        if value is None:
            raise ValueError(f"invalid base58 character {character!r}")
        number = number * 58 + value
    leading_zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * leading_zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64_encode(data: bytes) -> str:
    """Encodes bytes as standard base64 text."""
    return base64.b64encode(data).decode("ascii")


def base64_decode(text: str) -> bytes:
    """Decodes standard base64 text strictly; raises ValueError."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from error


@dataclass(frozen=True)
class AccountFormat:
    """How a client wants account data: encoding, and an optional (offset, length) slice in bytes."""

    encoding: str = "binary"
    data_slice: Optional[tuple[int, int]] = None

    ENCODINGS = ("binary", "base58", "base64", "jsonParsed")


@dataclass(frozen=True)
class TokenHolding:
    """The fields of an SPL token account this interface shows; the amount is in the mint's smallest unit."""

    mint: Pubkey
    owner: Pubkey
    amount: int
    state: str
    is_native: bool


def read_token_holding(account: Optional[Account]) -> Optional[TokenHolding]:
    """Returns the holding in an initialized token account, or None if the account is anything else."""
    if account is None or account.owner not in TOKEN_PROGRAMS:
        return None
    data = bytes(account.data)
    if len(data) < TOKEN_ACCOUNT_BYTES or data[108] not in _TOKEN_STATES:
        return None
    # Token-2022 mints with extensions are longer than an account; the type byte after the base layout tells.
    if len(data) > TOKEN_ACCOUNT_BYTES and data[TOKEN_ACCOUNT_BYTES] != TOKEN_2022_ACCOUNT_TYPE_HOLDING:
        return None
    return TokenHolding(
        mint=Pubkey(data[0:32]),
        owner=Pubkey(data[32:64]),
        amount=int.from_bytes(data[64:72], "little"),
        state=_TOKEN_STATES[data[108]],
        is_native=int.from_bytes(data[109:113], "little") == 1,
    )


def mint_decimals(mint: Optional[Account]) -> int:
    """Returns a mint's decimals; 0 when the mint account is gone, as its amounts are then bare units."""
    if mint is None or len(mint.data) < MINT_BYTES:
        return 0
    return bytes(mint.data)[44]


def token_amount_json(amount: int, decimals: int) -> dict[str, Any]:
    """Returns a UiTokenAmount. Only uiAmount is a float (the interface's format); the strings are exact."""
    whole, fraction = divmod(amount, 10**decimals)
    fraction_digits = str(fraction).zfill(decimals).rstrip("0") if decimals else ""
    return {
        "amount": str(amount),
        "decimals": decimals,
        "uiAmount": amount / 10**decimals,
        "uiAmountString": f"{whole}.{fraction_digits}" if fraction_digits else str(whole),
    }


def account_json(account: Optional[Account], wanted: AccountFormat, lookup: AccountLookup) -> Optional[dict[str, Any]]:
    """Returns the JSON form of an account; lookup finds the mint of a token account."""
    if account is None:
        return None
    return {
        "lamports": account.lamports,
        "data": _account_data_json(account, wanted, lookup),
        "owner": str(account.owner),
        "executable": account.executable,
        "rentEpoch": RENT_EPOCH_EXEMPT,
        "space": len(account.data),
    }


def _account_data_json(account: Account, wanted: AccountFormat, lookup: AccountLookup) -> Any:
    holding = read_token_holding(account) if wanted.encoding == "jsonParsed" else None
    if holding is not None:
        return _token_account_json(account, holding, lookup)
    data = bytes(account.data)
    if wanted.data_slice is not None:
        offset, length = wanted.data_slice
        data = data[offset : offset + length]
    if wanted.encoding in ("binary", "base58"):
        if len(data) > BASE58_ACCOUNT_BYTES_MAX:
            raise RpcError(
                INVALID_REQUEST,
                f"Encoded binary (base 58) data should be less than {BASE58_ACCOUNT_BYTES_MAX} bytes, "
                "please use Base64 encoding.",
            )
        text = base58_encode(data)
        # "binary" is the interface's oldest form and its default: a bare string instead of a pair.
        return text if wanted.encoding == "binary" else [text, "base58"]
    return [base64_encode(data), "base64"]


def _token_account_json(account: Account, holding: TokenHolding, lookup: AccountLookup) -> dict[str, Any]:
    decimals = mint_decimals(lookup(holding.mint))
    is_legacy = str(account.owner).startswith("Tokenkeg")
    return {
        "program": "spl-token" if is_legacy else "spl-token-2022",
        "space": len(account.data),
        "parsed": {
            "type": "account",
            "info": {
                "mint": str(holding.mint),
                "owner": str(holding.owner),
                "state": holding.state,
                "isNative": holding.is_native,
                "tokenAmount": token_amount_json(holding.amount, decimals),
            },
        },
    }


def parse_pubkey(value: Any) -> Pubkey:
    """Parses an address, or raises the typed parameter error."""
    if not isinstance(value, str):
        raise invalid_params("an address must be a base58 string")
    try:
        return Pubkey.from_string(value)
    except ValueError as error:
        raise invalid_params(f"{value[:64]!r} is not an address: {error}") from error
