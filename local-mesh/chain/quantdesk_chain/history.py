"""What the chain remembers: transactions (bounded), older account versions, and recent prioritization fees."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from typing import Iterable, Iterator, Optional

from solders.account import Account
from solders.pubkey import Pubkey

from .transactions import TransactionRecord, compute_unit_price


class TransactionHistory:
    """Accepted transactions by signature, message and address; the oldest leave when more than keep are held.

    Whatever keep says, a transaction stays as long as its blockhash could be valid: the same records serve duplicate
    detection, and one forgotten too early could be executed twice.
    """

    def __init__(self, keep: int, blockhash_valid_slots: int) -> None:
        self._keep = keep
        self._blockhash_valid_slots = blockhash_valid_slots
        self._by_signature: OrderedDict[str, TransactionRecord] = OrderedDict()
        self._messages: set[bytes] = set()
        self._by_address: defaultdict[str, dict[str, TransactionRecord]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._by_signature)

    def __iter__(self) -> Iterator[TransactionRecord]:
        return iter(self._by_signature.values())

    def get(self, signature: str) -> Optional[TransactionRecord]:
        """Returns the record of a transaction, or None."""
        return self._by_signature.get(signature)

    def has_message(self, message_hash: bytes) -> bool:
        """Says whether a transaction with this message was accepted while its blockhash was valid."""
        return message_hash in self._messages

    def newest_first(self, address: str) -> Iterator[TransactionRecord]:
        """Yields the transactions that name an address."""
        return reversed(self._by_address.get(address, {}).values())

    def add(self, record: TransactionRecord) -> None:
        """Adds an accepted transaction; records come in slot order."""
        self._by_signature[record.signature] = record
        self._messages.add(record.wire.message_hash)
        for address in record.addresses():
            self._by_address[address][record.signature] = record

    def forget_old(self, slot: int) -> None:
        """Drops the oldest records over the bound, as of the given slot."""
        while len(self._by_signature) > self._keep:
            oldest = next(iter(self._by_signature.values()))
            if oldest.slot >= slot - self._blockhash_valid_slots:
                return
            self._remove(oldest)

    def _remove(self, record: TransactionRecord) -> None:
        del self._by_signature[record.signature]
        self._messages.discard(record.wire.message_hash)
        for address in record.addresses():
            named = self._by_address[address]
            del named[record.signature]
            if not named:
                del self._by_address[address]


class AccountVersions:
    """The states accounts had before slots that are not final yet, so that each commitment reads its own view."""

    def __init__(self) -> None:
        self._before: dict[Pubkey, list[tuple[int, Optional[Account]]]] = {}
        self._keys_by_slot: defaultdict[int, set[Pubkey]] = defaultdict(set)

    def remember(self, key: Pubkey, slot: int, before: Optional[Account]) -> None:
        """Notes the state an account had before a change in a slot; only a slot's first change counts."""
        if key not in self._keys_by_slot[slot]:
            self._keys_by_slot[slot].add(key)
            self._before.setdefault(key, []).append((slot, before))

    def at(self, key: Pubkey, slot: int, current: Optional[Account]) -> Optional[Account]:
        """Returns the state an account had at the end of a slot, given its current one."""
        for changed_slot, before in self._before.get(key, ()):
            if changed_slot > slot:
                return before
        return current

    def changed_keys(self) -> Iterable[Pubkey]:
        """Returns the accounts that have older versions."""
        return self._before.keys()

    def forget_until(self, final_slot: int) -> None:
        """Drops the versions nobody can ask for once a slot is final."""
        for slot in [slot for slot in self._keys_by_slot if slot <= final_slot]:
            for key in self._keys_by_slot.pop(slot):
                versions = [version for version in self._before[key] if version[0] > final_slot]
                if versions:
                    self._before[key] = versions
                else:
                    del self._before[key]


class PrioritizationFees:
    """The lowest price per compute unit that landed in each recent block, overall and per writable account."""

    def __init__(self, slots_max: int) -> None:
        self._slots: deque[tuple[int, dict[Optional[str], int]]] = deque(maxlen=slots_max)

    def open_slot(self, slot: int) -> None:
        """Starts a block."""
        self._slots.append((slot, {}))

    def note(self, record: TransactionRecord) -> None:
        """Counts a transaction into the open block."""
        price = compute_unit_price(record.wire.message)
        _, lowest = self._slots[-1]
        for key in (None, *map(str, record.keys.writable)):
            lowest[key] = min(price, lowest.get(key, price))

    def recent(self, addresses: list[str]) -> list[tuple[int, int]]:
        """Returns (slot, micro-lamports per compute unit) pairs: what it took to land while locking the addresses."""
        return [(slot, max(lowest.get(key, 0) for key in (None, *addresses))) for slot, lowest in self._slots]
