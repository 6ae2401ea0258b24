"""The ledger: slots, the blockhash window, execution, commitment views and the journal behind them.

LiteSVM executes transactions but knows only the latest blockhash and the latest state, so the blockhash window, the
duplicate check and the views of older commitments are kept here. There are no forks: a slot is confirmed when the next
one opens and finalized a fixed number of slots later. Block height and slot are the same number.

Not thread-safe: one event loop owns a chain. Every method is short and never waits.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional, Protocol, Sequence, Union

from solders.account import Account
from solders.hash import Hash
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata, SimulatedTransactionInfo, TransactionMetadata

from .accounts import SYSTEM_PROGRAM, AccountEntry, account_entries, balances, restore_account, token_balances
from .commitment import Commitment
from .errors import ChainError, describe_transaction_error, invalid_params
from .faucet import FAUCET_LAMPORTS, Faucet
from .genesis import Genesis
from .history import AccountVersions, PrioritizationFees, TransactionHistory
from .journal import Entry, Journal
from .transactions import (
    AnyMessage,
    Outcome,
    ResolvedKeys,
    TransactionRecord,
    WireTransaction,
    inner_instructions_json,
    resolve_keys,
    return_data_json,
    transaction_error_json,
)

BLOCKHASH_VALID_SLOTS = 150
FINALIZED_DEPTH_SLOTS = 32
SLOTS_PER_EPOCH = 432_000
SLOT_HASHES_MAX = 512
"""The size of the SlotHashes sysvar, which address lookup tables are checked against."""

SLOT_RESERVATION_SLOTS = 25
"""Slots are journalled ahead in steps of this size: no slot is ever used twice, for one small write in 10 s."""

COMPACTION_SLACK_AT_START = 1_000
COMPACTION_SLACK_RUNNING = 50_000
"""Entries the ledger file may hold beyond what it needs, before it is rewritten."""

ACCOUNTS_PER_ENTRY = 100


@dataclass(frozen=True)
class ChainSettings:
    """The chain's bounds and timing."""

    keep_transactions: int
    airdrop_lamports_max: int
    finalized_depth_slots: int = FINALIZED_DEPTH_SLOTS
    programs: tuple[tuple[Pubkey, bytes], ...] = ()


@dataclass(frozen=True)
class Simulation:
    """What executing a transaction would yield; metadata is None if it was refused before execution."""

    error: Any
    metadata: Optional[TransactionMetadata]
    post_accounts: dict[Pubkey, Account]


class ChainListener(Protocol):
    """Told what happens on the chain, in order, on the event loop. Must not raise."""

    def slot_opened(self, slot: int, finalized_slot: int) -> None:
        """A new slot is open."""

    def transactions_reached(self, records: Sequence[TransactionRecord], commitment: Commitment) -> None:
        """Transactions of one slot reached a commitment."""


class Chain:
    """One local chain; see the module's description."""

    def __init__(
        self,
        settings: ChainSettings,
        genesis: Genesis,
        unix_time: Callable[[], float],
        journal: Optional[Journal] = None,
    ) -> None:
        self.genesis = genesis
        self.settings = settings
        self.history = TransactionHistory(settings.keep_transactions, BLOCKHASH_VALID_SLOTS)
        self.fees = PrioritizationFees(BLOCKHASH_VALID_SLOTS)
        self.transaction_count = 0
        self.listener: Optional[ChainListener] = None
        self._unix_time = unix_time
        self._journal = journal
        self._versions = AccountVersions()
        self._pending_blocks: defaultdict[int, list[TransactionRecord]] = defaultdict(list)
        self._blockhash_slots: dict[Hash, int] = {}
        self._slot_hashes: deque[tuple[int, Hash]] = deque(maxlen=SLOT_HASHES_MAX)
        self._touched: dict[Pubkey, None] = {}
        self._faucet = Faucet(genesis.faucet)
        self._svm = self._start_svm()
        self._root = self._restore() if journal is not None else 0
        self._reserved_slot = self._root
        self._open_first_slot()
        self._compact_if_due(COMPACTION_SLACK_AT_START)

    # --- slots -------------------------------------------------------------------------------------------------

    @property
    def slot(self) -> int:
        """The open slot."""
        return self._slot

    def slot_at(self, commitment: Commitment) -> int:
        """Returns the newest slot of a commitment. What a restart restored is final: there are no forks to lose it."""
        depth = {
            Commitment.PROCESSED: 0,
            Commitment.CONFIRMED: 1,
            Commitment.FINALIZED: self.settings.finalized_depth_slots,
        }[commitment]
        return max(self._slot - depth, self._root)

    def commitment_of(self, slot: int) -> Commitment:
        """Returns the highest commitment a slot has reached."""
        if slot <= self.slot_at(Commitment.FINALIZED):
            return Commitment.FINALIZED
        if slot <= self.slot_at(Commitment.CONFIRMED):
            return Commitment.CONFIRMED
        return Commitment.PROCESSED

    def advance_slot(self) -> None:
        """Closes the open slot and opens the next one."""
        self._open_slot(self._slot + 1)
        if self.listener is not None:
            self.listener.slot_opened(self._slot, self.slot_at(Commitment.FINALIZED))
            for commitment in (Commitment.CONFIRMED, Commitment.FINALIZED):
                records = self._pending_blocks.get(self.slot_at(commitment))
                if records:
                    self.listener.transactions_reached(records, commitment)
        finalized_slot = self.slot_at(Commitment.FINALIZED)
        self._pending_blocks.pop(finalized_slot, None)
        self._versions.forget_until(finalized_slot)
        self.history.forget_old(self._slot)
        self._compact_if_due(COMPACTION_SLACK_RUNNING)

    def _open_first_slot(self) -> None:
        first = self._root + 1
        for slot in range(max(0, first - SLOT_HASHES_MAX), first):
            self._add_blockhash(slot)
        self._open_slot(first)

    def _open_slot(self, slot: int) -> None:
        self._slot = slot
        if self._journal is not None and slot > self._reserved_slot:
            self._reserved_slot = slot + SLOT_RESERVATION_SLOTS
            self._journal.append(self._slot_entry(self._reserved_slot))
        self._svm.warp_to_slot(slot)
        clock = self._svm.get_clock()
        clock.epoch = slot // SLOTS_PER_EPOCH
        clock.leader_schedule_epoch = clock.epoch + 1
        clock.unix_timestamp = int(self._unix_time())
        self._svm.set_clock(clock)
        # The sysvar lists slots before the open one. LiteSVM does not refresh it by itself.
        self._svm.set_slot_hashes(list(self._slot_hashes))
        self._add_blockhash(slot)
        self.fees.open_slot(slot)

    def _add_blockhash(self, slot: int) -> None:
        blockhash = self.genesis.blockhash(slot)
        self._blockhash_slots[blockhash] = slot
        self._slot_hashes.appendleft((slot, blockhash))
        # The finalized view is older than the open slot, and so is the oldest hash valid in it.
        expired = slot - BLOCKHASH_VALID_SLOTS - self.settings.finalized_depth_slots - 1
        if expired >= 0:
            self._blockhash_slots.pop(self.genesis.blockhash(expired), None)

    # --- blockhashes -------------------------------------------------------------------------------------------

    def latest_blockhash(self, commitment: Commitment) -> tuple[Hash, int]:
        """Returns the newest blockhash of a commitment and the last block height it is valid at."""
        slot = self.slot_at(commitment)
        return self.genesis.blockhash(slot), slot + BLOCKHASH_VALID_SLOTS

    def is_blockhash_valid(self, blockhash: Hash, commitment: Commitment) -> bool:
        """Says whether a transaction with this blockhash could enter a block of the commitment's view."""
        slot = self._blockhash_slots.get(blockhash)
        return slot is not None and 0 <= self.slot_at(commitment) - slot <= BLOCKHASH_VALID_SLOTS

    # --- accounts ----------------------------------------------------------------------------------------------

    def account(self, key: Pubkey, commitment: Commitment = Commitment.PROCESSED) -> Optional[Account]:
        """Returns an account as a commitment sees it, or None if it does not exist there."""
        return self._versions.at(key, self.slot_at(commitment), self._svm.get_account(key))

    def program_accounts(self, program: Pubkey, commitment: Commitment) -> Iterator[tuple[Pubkey, Account]]:
        """Yields the accounts a program owns in a commitment's view."""
        keys = dict.fromkeys(key for key, _ in self._svm.get_program_accounts(program))
        keys.update(dict.fromkeys(self._versions.changed_keys()))
        for key in keys:
            account = self.account(key, commitment)
            if account is not None and account.owner == program:
                yield key, account

    def rent_exempt_minimum(self, data_bytes: int) -> int:
        """Returns the lamports an account of this size needs to exist."""
        return self._svm.minimum_balance_for_rent_exemption(data_bytes)

    # --- transactions ------------------------------------------------------------------------------------------

    def resolve(self, message: AnyMessage) -> ResolvedKeys:
        """Returns the accounts a message names; raises RpcError if a lookup table does not hold them."""
        return resolve_keys(message, self.account)

    def simulate(
        self,
        wire: WireTransaction,
        commitment: Commitment,
        verify_signatures: bool = True,
        any_blockhash: bool = False,
    ) -> Simulation:
        """Executes a transaction without effect.

        The blockhash and duplicate checks are those of the commitment's view. Accounts are always read from the
        newest state, since LiteSVM has no other.
        """
        if not any_blockhash and not self.is_blockhash_valid(wire.message.recent_blockhash, commitment):
            return Simulation("BlockhashNotFound", None, {})
        if self.history.has_message(wire.message_hash):
            return Simulation("AlreadyProcessed", None, {})
        result = self._simulate(wire.transaction, verify_signatures)
        if isinstance(result, SimulatedTransactionInfo):
            return Simulation(None, result.meta(), dict(result.post_accounts()))
        return Simulation(transaction_error_json(result.err()), result.meta(), {})

    def fee_for_message(self, message: AnyMessage) -> Optional[int]:
        """Returns the lamports the SVM would charge for a message, or None if it is not executable at all."""
        unsigned = VersionedTransaction.populate(
            message, [Signature.default()] * message.header.num_required_signatures
        )
        wire = WireTransaction.from_bytes(bytes(unsigned))
        self.resolve(wire.message)
        return self._simulate(wire.transaction, verify_signatures=False).meta().fee() or None

    def _simulate(
        self, transaction: VersionedTransaction, verify_signatures: bool
    ) -> Union[SimulatedTransactionInfo, FailedTransactionMetadata]:
        self._svm.with_sigverify(verify_signatures)
        try:
            return self._svm.simulate_transaction(transaction)
        finally:
            self._svm.with_sigverify(True)

    def submit(self, wire: WireTransaction) -> Optional[TransactionRecord]:
        """Executes a transaction; returns its record, or None if it could not enter a block (as a leader drops it).

        Raises LedgerWriteError if the effect could not be journalled: the process must stop then, because its state
        is ahead of what a restart would restore.
        """
        keys = self.resolve(wire.message)
        recent_blockhash = wire.message.recent_blockhash
        if not self.is_blockhash_valid(recent_blockhash, Commitment.PROCESSED):
            return None
        if self.history.has_message(wire.message_hash):
            return None
        before = {key: self._svm.get_account(key) for key in keys.writable}
        balances_before = balances(self._svm, keys.all)
        tokens_before = token_balances(self._svm, keys.all)
        result = self._svm.send_transaction(wire.transaction)
        error = transaction_error_json(result.err()) if isinstance(result, FailedTransactionMetadata) else None
        if error is not None and not self._was_charged(keys.all[0], balances_before[0]):
            return None
        metadata = result.meta() if isinstance(result, FailedTransactionMetadata) else result
        outcome = Outcome(
            error=error,
            fee_lamports=metadata.fee(),
            compute_units=metadata.compute_units_consumed(),
            logs=metadata.logs(),
            inner_instructions=inner_instructions_json(metadata),
            return_data=return_data_json(metadata),
            pre_balances=balances_before,
            post_balances=balances(self._svm, keys.all),
            pre_token_balances=tokens_before,
            post_token_balances=token_balances(self._svm, keys.all),
        )
        record = TransactionRecord(wire, self._slot, int(self._unix_time()), keys, outcome)
        self._accept(record, before)
        return record

    def _was_charged(self, payer: Pubkey, balance_before: int) -> bool:
        # A failed transaction is part of a block exactly if its fee was taken.
        return (self._svm.get_balance(payer) or 0) < balance_before

    def _accept(self, record: TransactionRecord, before: dict[Pubkey, Optional[Account]]) -> None:
        changed = [key for key, account in before.items() if self._svm.get_account(key) != account]
        if self._journal is not None:
            self._journal.append({**record.to_journal(), "writes": account_entries(self._svm, changed)})
        for key in changed:
            self._versions.remember(key, record.slot, before[key])
            self._touched[key] = None
        self.transaction_count += 1
        self.history.add(record)
        self.fees.note(record)
        self._pending_blocks[record.slot].append(record)
        if self.listener is not None:
            self.listener.transactions_reached([record], Commitment.PROCESSED)

    def airdrop(self, receiver: Pubkey, lamports: int) -> TransactionRecord:
        """Transfers from the faucet; raises RpcError over the bound, or if the receiver would not be rent-exempt."""
        if not 0 < lamports <= self.settings.airdrop_lamports_max:
            raise invalid_params(
                f"an airdrop must be 1 to {self.settings.airdrop_lamports_max} lamports, not {lamports}"
            )
        blockhash, _ = self.latest_blockhash(Commitment.PROCESSED)
        wire = self._faucet.transfer(receiver, lamports, blockhash)
        simulation = self.simulate(wire, Commitment.PROCESSED)
        if simulation.error is not None:
            raise invalid_params(f"airdrop refused: {describe_transaction_error(simulation.error)}")
        record = self.submit(wire)
        assert record is not None, "a transaction that simulates without error is accepted"
        return record

    # --- start, persistence ------------------------------------------------------------------------------------

    def _start_svm(self) -> LiteSVM:
        svm = LiteSVM()
        # Both are this class's job: LiteSVM would take only the latest blockhash, and its own history is unbounded.
        svm.with_blockhash_check(False)
        svm.with_transaction_history(0)
        svm.set_account(self._faucet.address, Account(FAUCET_LAMPORTS, b"", SYSTEM_PROGRAM))
        self._touched[self._faucet.address] = None
        for program, code in self.settings.programs:
            try:
                svm.add_program(program, code)
            except Exception as error:  # solders raises several unrelated types for a malformed ELF file
                raise ChainError(f"program {program} cannot be loaded: {error}") from error
        return svm

    def _restore(self) -> int:
        """Replays the journal; returns the last slot that may have been in use."""
        assert self._journal is not None
        last_used = 0
        last_reserved = 0
        for entry in self._journal.open():
            if entry["type"] == "transaction":
                record = TransactionRecord.from_journal(entry)
                self.history.add(record)
                self.transaction_count += 1
                self._restore_accounts(entry["writes"])
                last_used = record.slot
            elif entry["type"] == "accounts":
                self._restore_accounts(entry["accounts"])
            elif entry["type"] == "slot":
                self.transaction_count = entry["transactions"]
                last_reserved = entry["slot"]
            self.history.forget_old(last_used)
        last_slot = max(last_used, last_reserved)
        self.history.forget_old(last_slot)
        return last_slot

    def _restore_accounts(self, entries: list[AccountEntry]) -> None:
        for entry in entries:
            key = restore_account(self._svm, entry)
            if self._svm.get_account(key) is None:
                self._touched.pop(key, None)
            else:
                self._touched[key] = None

    def _slot_entry(self, slot: int) -> Entry:
        return {"type": "slot", "slot": slot, "transactions": self.transaction_count}

    def _compact_if_due(self, slack: int) -> None:
        if self._journal is None or self._journal.entry_count <= len(self.history) + slack:
            return
        self._journal.rewrite(self._snapshot())

    def _snapshot(self) -> Iterator[Entry]:
        """Yields what a restart needs: every account, the kept history without its effects, and the slot."""
        accounts = account_entries(self._svm, self._touched)
        for start in range(0, len(accounts), ACCOUNTS_PER_ENTRY):
            yield {"type": "accounts", "accounts": accounts[start : start + ACCOUNTS_PER_ENTRY]}
        for record in self.history:
            yield {**record.to_journal(), "writes": []}
        yield self._slot_entry(self._reserved_slot)

    def close(self) -> None:
        """Notes the last slot and closes the journal; the chain must not be used afterwards."""
        if self._journal is not None:
            self._journal.append(self._slot_entry(self._slot))
            self._journal.close()
