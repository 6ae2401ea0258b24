"""Typed access to the positional parameters and configuration objects of a call."""

from __future__ import annotations

from typing import Any, Optional

from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature

from .commitment import Commitment
from .encoding import AccountFormat, parse_pubkey
from .errors import MIN_CONTEXT_SLOT_NOT_REACHED, RpcError, invalid_params

U64_MAX = 2**64 - 1
TEXT_CHARACTERS_MAX = 64
"""The longest part of a client's own text that an error message repeats."""


def _is_unsigned(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= U64_MAX


class Config:
    """A call's configuration object; a missing one reads as empty."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def commitment(self, name: str = "commitment", default: Commitment = Commitment.FINALIZED) -> Commitment:
        """Returns a commitment field."""
        value = self._fields.get(name)
        if value is None:
            return default
        try:
            return Commitment(value)
        except ValueError as error:
            known = ", ".join(commitment.value for commitment in Commitment)
            raise invalid_params(f"{name} must be one of {known}, not {_shown(value)}") from error

    def unsigned(self, name: str, default: Optional[int] = None) -> Optional[int]:
        """Returns an unsigned 64-bit field, or the default."""
        value = self._fields.get(name)
        if value is None:
            return default
        if not _is_unsigned(value):
            raise invalid_params(f"{name} must be an unsigned integer, not {_shown(value)}")
        return value

    def flag(self, name: str) -> bool:
        """Returns a boolean field; false if it is missing."""
        value = self._fields.get(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise invalid_params(f"{name} must be true or false, not {_shown(value)}")
        return value

    def text(self, name: str, default: Optional[str] = None) -> Optional[str]:
        """Returns a string field, or the default."""
        value = self._fields.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise invalid_params(f"{name} must be a string, not {_shown(value)}")
        return value

    def items(self, name: str) -> list[Any]:
        """Returns an array field; empty if it is missing."""
        value = self._fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise invalid_params(f"{name} must be an array, not {_shown(value)}")
        return value

    def section(self, name: str) -> Optional[Config]:
        """Returns an object field, or None if it is missing."""
        value = self._fields.get(name)
        return None if value is None else as_config(value, name)

    def account_format(self) -> AccountFormat:
        """Returns the encoding and slice wanted for account data."""
        encoding = self.text("encoding", "binary")
        assert encoding is not None
        if encoding not in AccountFormat.ENCODINGS:
            raise invalid_params(
                f"encoding must be one of {', '.join(AccountFormat.ENCODINGS)}, not {_shown(encoding)}"
            )
        data_slice = self.section("dataSlice")
        if data_slice is None:
            return AccountFormat(encoding)
        offset, length = data_slice.unsigned("offset"), data_slice.unsigned("length")
        if offset is None or length is None:
            raise invalid_params("dataSlice needs offset and length")
        return AccountFormat(encoding, (offset, length))

    def check_min_context_slot(self, slot: int) -> None:
        """Refuses the call if the client has seen a newer slot than it would be answered from."""
        wanted = self.unsigned("minContextSlot", 0)
        assert wanted is not None
        if slot < wanted:
            raise RpcError(
                MIN_CONTEXT_SLOT_NOT_REACHED, "Minimum context slot has not been reached", {"contextSlot": slot}
            )


def as_config(value: Any, name: str) -> Config:
    """Returns a value as a configuration object, or raises the typed error."""
    if not isinstance(value, dict):
        raise invalid_params(f"{name} must be an object, not {_shown(value)}")
    return Config(value)


class Params:
    """A call's positional parameters."""

    def __init__(self, values: list[Any]) -> None:
        self._values = values

    def optional(self, index: int) -> Any:
        """Returns a parameter, or None if it is missing."""
        return self._values[index] if index < len(self._values) else None

    def required(self, index: int, name: str) -> Any:
        """Returns a parameter that must be there."""
        value = self.optional(index)
        if value is None:
            raise invalid_params(f"missing {name}")
        return value

    def text(self, index: int, name: str) -> str:
        """Returns a string parameter."""
        value = self.required(index, name)
        if not isinstance(value, str):
            raise invalid_params(f"{name} must be a string, not {_shown(value)}")
        return value

    def unsigned(self, index: int, name: str) -> int:
        """Returns an unsigned 64-bit parameter."""
        value = self.required(index, name)
        if not _is_unsigned(value):
            raise invalid_params(f"{name} must be an unsigned integer, not {_shown(value)}")
        return value

    def items(self, index: int, name: str, items_max: int) -> list[Any]:
        """Returns an array parameter of bounded length."""
        value = self.required(index, name)
        if not isinstance(value, list):
            raise invalid_params(f"{name} must be an array, not {_shown(value)}")
        if len(value) > items_max:
            raise invalid_params(f"too many {name}: {len(value)} (max: {items_max})")
        return value

    def pubkey(self, index: int, name: str) -> Pubkey:
        """Returns an address parameter."""
        return parse_pubkey(self.text(index, name))

    def signature(self, index: int) -> str:
        """Returns a transaction signature parameter."""
        return parse_signature(self.text(index, "signature"))

    def blockhash(self, index: int) -> Hash:
        """Returns a blockhash parameter."""
        text = self.text(index, "blockhash")
        try:
            return Hash.from_string(text)
        except Exception as error:  # solders' ParseHashError derives from Exception only
            raise invalid_params(f"{_shown(text)} is not a blockhash: {error}") from error

    def config(self, index: int) -> Config:
        """Returns the configuration object at a position; empty if it is missing."""
        value = self.optional(index)
        return Config({}) if value is None else as_config(value, "the configuration")


def parse_signature(value: Any) -> str:
    """Returns a signature in its canonical text form, or raises the typed error."""
    if not isinstance(value, str):
        raise invalid_params("a signature must be a base58 string")
    try:
        return str(Signature.from_string(value))
    except Exception as error:  # solders' ParseSignatureError derives from Exception only
        raise invalid_params(f"{_shown(value)} is not a signature: {error}") from error


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= TEXT_CHARACTERS_MAX else text[:TEXT_CHARACTERS_MAX] + "…"
