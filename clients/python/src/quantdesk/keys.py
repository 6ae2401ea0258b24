"""Ed25519 keys under their Solana addresses."""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quantdesk.errors import InvalidInput

KEY_BYTES = 32
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {character: digit for digit, character in enumerate(_ALPHABET)}
_ADDRESS_LENGTH_MAX = 44


class Signer(Protocol):
    """A wallet or a session key: whatever can sign under its address."""

    @property
    def address(self) -> str:
        """Public key, base58."""

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature over exactly these bytes; 64 bytes."""


class Keypair:
    """An Ed25519 key held in memory. The seed is the secret; it shows in no text of this object."""

    def __init__(self, seed: bytes) -> None:
        if not isinstance(seed, (bytes, bytearray)) or len(seed) != KEY_BYTES:
            raise InvalidInput("seed", f"{KEY_BYTES} bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(bytes(seed))
        self._address = base58_encode(self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> Keypair:
        """A new random key."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_seed(cls, seed: bytes) -> Keypair:
        """The key of a 32-byte seed."""
        return cls(seed)

    @classmethod
    def from_secret_key(cls, secret: bytes) -> Keypair:
        """The key in the form of Solana's key files: 64 bytes, the seed and then the public key."""
        pair = cls(bytes(secret[:KEY_BYTES]))
        if bytes(secret[KEY_BYTES:]) != base58_decode(pair.address):
            raise InvalidInput("secret", "64 bytes: a seed and then its own public key")
        return pair

    @property
    def address(self) -> str:
        """Public key, base58."""
        return self._address

    @property
    def seed(self) -> bytes:
        """The secret; keep it as one."""
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature; 64 bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"Keypair({self._address})"


def check_address(text: str, name: str) -> str:
    """The address itself, once it is known to be base58 of 32 bytes."""
    if not isinstance(text, str) or len(text) > _ADDRESS_LENGTH_MAX or len(base58_decode(text, name)) != KEY_BYTES:
        raise InvalidInput(name, f"base58 of {KEY_BYTES} bytes")
    return text


def base58_encode(data: bytes) -> str:
    """Bitcoin's base58, which Solana writes addresses and signatures in."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    text = ""
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        text = _ALPHABET[digit] + text
    return _ALPHABET[0] * zeros + text


def base58_decode(text: str, name: str = "text") -> bytes:
    """The bytes behind a base58 text."""
    number = 0
    for character in text:
        digit = _DIGITS.get(character)
        if digit is None:
            raise InvalidInput(name, f"base58, which has no {character!r}")
        number = number * len(_ALPHABET) + digit
    zeros = len(text) - len(text.lstrip(_ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
