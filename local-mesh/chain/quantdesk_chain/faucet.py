"""The transactions by which the faucet gives lamports away."""

from __future__ import annotations

import struct

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import Transaction

from .transactions import COMPUTE_BUDGET_PROGRAM, SET_COMPUTE_UNIT_LIMIT, WireTransaction

FAUCET_LAMPORTS = 10**18
AIRDROP_COMPUTE_UNITS = 10_000
AIRDROP_SERIAL_MAX = 1_000_000


class Faucet:
    """Signs transfers from the chain's own account; an airdrop is an ordinary transaction."""

    def __init__(self, key: Keypair) -> None:
        self._key = key
        self._serial = 0

    @property
    def address(self) -> Pubkey:
        """The faucet's account."""
        return self._key.pubkey()

    def transfer(self, receiver: Pubkey, lamports: int, blockhash: Hash) -> WireTransaction:
        """Returns a signed transfer that differs from every other one with this blockhash."""
        # Equal airdrops in one slot would be one and the same transaction: the unit limit makes them differ.
        self._serial = (self._serial + 1) % AIRDROP_SERIAL_MAX
        unit_limit = AIRDROP_COMPUTE_UNITS + self._serial
        instructions = [
            Instruction(COMPUTE_BUDGET_PROGRAM, struct.pack("<BI", SET_COMPUTE_UNIT_LIMIT, unit_limit), []),
            transfer(TransferParams(from_pubkey=self.address, to_pubkey=receiver, lamports=lamports)),
        ]
        message = Message.new_with_blockhash(instructions, self.address, blockhash)
        return WireTransaction.from_bytes(bytes(Transaction([self._key], message, blockhash)))
