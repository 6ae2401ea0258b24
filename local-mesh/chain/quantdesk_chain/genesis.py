"""Everything that follows from the genesis seed: the genesis hash, the faucet's key, and every slot's blockhash."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from solders.hash import Hash
from solders.keypair import Keypair

from .errors import ChainError

SEED_BYTES = 32

# CAIP-2 names a cluster by the first 32 characters of its genesis hash: mainnet-beta, testnet, devnet.
PUBLIC_CLUSTER_REFERENCES = frozenset(
    (
        "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
        "4uhcVJyU9pJkvQyS88uRDiswHScSkY3m",
        "EtWTRABZaYq6iMfeYKouRu166VU2xqa1",
    )
)


class Genesis:
    """The identity of one local chain.

    Blockhashes are derived from the secret seed instead of being drawn: after a restart, transactions signed with
    a hash from before it are still inside the window, as they would be after the restart of a real leader.
    """

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError(f"a genesis seed has {SEED_BYTES} bytes, not {len(seed)}")
        self._seed = seed
        # A public cluster's genesis hash is the hash of its genesis file. A hash over this label and a random
        # seed cannot meet one by accident; the check below keeps it so even if someone picks seeds on purpose.
        self.hash = Hash(_derive(b"genesis", seed))
        if str(self.hash)[:32] in PUBLIC_CLUSTER_REFERENCES:
            raise ChainError("the genesis seed yields the genesis hash of a public cluster: use another seed")
        self.faucet = Keypair.from_seed(_derive(b"faucet", seed))

    def blockhash(self, slot: int) -> Hash:
        """Returns the blockhash of a slot; unpredictable without the seed."""
        return Hash(_derive(b"blockhash", self._seed + slot.to_bytes(8, "little")))


def _derive(purpose: bytes, material: bytes) -> bytes:
    return hashlib.sha256(b"quantdesk local chain: " + purpose + b"\0" + material).digest()


def random_seed() -> bytes:
    """Returns a fresh seed, for a chain that is not meant to outlive its process."""
    return os.urandom(SEED_BYTES)


def load_or_create_seed(path: Path) -> bytes:
    """Reads the seed file, or creates it (readable by its owner only: the faucet's key follows from it)."""
    try:
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        return _create_seed(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ChainError(f"cannot read the genesis seed file {path}: {error}") from error
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise ChainError(
            f"the genesis seed file {path} must hold {SEED_BYTES * 2} hexadecimal digits: "
            "restore it, or remove it together with the ledger to start a new chain"
        )
    return seed


def _create_seed(path: Path) -> bytes:
    seed = random_seed()
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(seed.hex() + "\n")
        # Renamed into place, so that a crash leaves either no seed or a whole one.
        os.replace(draft, path)
    except OSError as error:
        raise ChainError(f"cannot create the genesis seed file {path}: {error}") from error
    return seed
