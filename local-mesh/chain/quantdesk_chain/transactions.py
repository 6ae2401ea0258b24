"""Transactions: decoding the wire form, resolving their accounts, and the record kept of each accepted one."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Union

from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import TransactionMetadata
from solders.transaction_status import TransactionStatus

from .encoding import AccountLookup, base58_decode, base58_encode, base64_decode, base64_encode
from .errors import INVALID_PARAMS, UNSUPPORTED_TRANSACTION_VERSION, RpcError, invalid_params

TRANSACTION_BYTES_MAX = 1232
"""One IPv6 packet: what validators take. LiteSVM itself would run larger ones."""

LOOKUP_TABLE_HEADER_BYTES = 56
PUBKEY_BYTES = 32

COMPUTE_BUDGET_PROGRAM = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
SET_COMPUTE_UNIT_LIMIT = 2
SET_COMPUTE_UNIT_PRICE = 3
MEMO_PROGRAMS = frozenset(
    Pubkey.from_string(program)
    for program in (
        "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
        "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
    )
)

AnyMessage = Union[Message, MessageV0]
Json = dict[str, Any]


def known_version(message: Any) -> AnyMessage:
    """Returns a legacy or version 0 message as it is; clusters do not take any later version yet."""
    if not isinstance(message, (Message, MessageV0)):
        raise invalid_params("unsupported transaction version (supported: legacy, 0)")
    return message


@dataclass(frozen=True)
class WireTransaction:
    """A decoded transaction beside the exact bytes it came in."""

    raw: bytes
    transaction: VersionedTransaction
    message: AnyMessage
    signature: str
    message_hash: bytes
    """Duplicates are told by the message: its signers could sign the same message again, differently."""

    @classmethod
    def from_bytes(cls, raw: bytes) -> WireTransaction:
        """Decodes a transaction; raises the typed parameter error if it is too large or malformed."""
        name = "solana_transaction::versioned::VersionedTransaction"
        if len(raw) > TRANSACTION_BYTES_MAX:
            raise RpcError(
                INVALID_PARAMS,
                f"decoded {name} too large: {len(raw)} bytes (max: {TRANSACTION_BYTES_MAX} bytes)",
            )
        try:
            transaction = VersionedTransaction.from_bytes(raw)
        except ValueError as error:
            raise RpcError(INVALID_PARAMS, f"failed to deserialize {name}: {error}") from error
        if bytes(transaction) != raw:
            raise RpcError(INVALID_PARAMS, f"failed to deserialize {name}: trailing or non-canonical bytes")
        try:
            transaction.sanitize()
        except Exception as error:  # solders' SanitizeError derives from Exception only
            raise RpcError(INVALID_PARAMS, f"invalid transaction: {error}") from error
        message = known_version(transaction.message)
        message_hash = hashlib.sha256(to_bytes_versioned(message)).digest()
        return cls(raw, transaction, message, str(transaction.signatures[0]), message_hash)

    @classmethod
    def from_text(cls, text: str, encoding: str) -> WireTransaction:
        """Decodes the base58 or base64 text of a transaction."""
        # The text is bounded first: base58 takes quadratic time.
        if len(text) > 2 * TRANSACTION_BYTES_MAX:
            raise RpcError(
                INVALID_PARAMS,
                f"{encoding} encoded transaction too large: {len(text)} characters "
                f"(max: {TRANSACTION_BYTES_MAX} bytes)",
            )
        decode = {"base58": base58_decode, "base64": base64_decode}.get(encoding)
        if decode is None:
            raise invalid_params(f"unsupported encoding: {encoding}. Supported encodings: base58, base64")
        try:
            raw = decode(text)
        except ValueError as error:
            raise RpcError(INVALID_PARAMS, f"invalid {encoding} encoding: {error}") from error
        return cls.from_bytes(raw)


@dataclass(frozen=True)
class ResolvedKeys:
    """A message's accounts in index order, lookup tables resolved."""

    all: tuple[Pubkey, ...]
    writable: tuple[Pubkey, ...]
    loaded_writable: tuple[Pubkey, ...]
    loaded_readonly: tuple[Pubkey, ...]


def resolve_keys(message: AnyMessage, lookup: AccountLookup) -> ResolvedKeys:
    """Returns the accounts a message names, or raises the typed error if a lookup table does not hold them."""
    loaded_writable: list[Pubkey] = []
    loaded_readonly: list[Pubkey] = []
    for table_lookup in _lookups(message):
        addresses = _table_addresses(lookup, table_lookup.account_key)
        loaded_writable += _pick(addresses, bytes(table_lookup.writable_indexes))
        loaded_readonly += _pick(addresses, bytes(table_lookup.readonly_indexes))
    return with_loaded_keys(message, loaded_writable, loaded_readonly)


def with_loaded_keys(
    message: AnyMessage, loaded_writable: Sequence[Pubkey], loaded_readonly: Sequence[Pubkey]
) -> ResolvedKeys:
    """Combines a message's own accounts with those already loaded from lookup tables."""
    own = list(message.account_keys)
    header = message.header
    signers_end = header.num_required_signatures
    writable_signers_end = signers_end - header.num_readonly_signed_accounts
    writable_others_end = len(own) - header.num_readonly_unsigned_accounts
    writable = own[:writable_signers_end] + own[signers_end:writable_others_end] + list(loaded_writable)
    return ResolvedKeys(
        all=tuple(own) + tuple(loaded_writable) + tuple(loaded_readonly),
        writable=tuple(dict.fromkeys(writable)),
        loaded_writable=tuple(loaded_writable),
        loaded_readonly=tuple(loaded_readonly),
    )


def _lookups(message: AnyMessage) -> Sequence[Any]:
    return message.address_table_lookups if isinstance(message, MessageV0) else ()


def _table_addresses(lookup: AccountLookup, table: Pubkey) -> bytes:
    account = lookup(table)
    if account is None:
        raise invalid_params("invalid transaction: Transaction loads an address table account that doesn't exist")
    return bytes(account.data)[LOOKUP_TABLE_HEADER_BYTES:]


def _pick(addresses: bytes, indexes: bytes) -> list[Pubkey]:
    picked = []
    for index in indexes:
        address = addresses[index * PUBKEY_BYTES : (index + 1) * PUBKEY_BYTES]
        if len(address) < PUBKEY_BYTES:
            raise invalid_params("invalid transaction: Transaction address table lookup uses an invalid index")
        picked.append(Pubkey(address))
    return picked


def compute_unit_price(message: AnyMessage) -> int:
    """Returns the price a transaction bids, in micro-lamports per compute unit."""
    for instruction in message.instructions:
        data = bytes(instruction.data)
        if _program_of(message, instruction) == COMPUTE_BUDGET_PROGRAM and data[:1] == bytes((SET_COMPUTE_UNIT_PRICE,)):
            return int.from_bytes(data[1:9], "little")
    return 0


def memo_text(message: AnyMessage) -> Optional[str]:
    """Returns the memos as getSignaturesForAddress shows them: "[length] text", joined by "; "."""
    memos = []
    for instruction in message.instructions:
        if _program_of(message, instruction) in MEMO_PROGRAMS:
            data = bytes(instruction.data)
            memos.append(f"[{len(data)}] {data.decode('utf-8', errors='replace')}")
    return "; ".join(memos) or None


def _program_of(message: AnyMessage, instruction: Any) -> Optional[Pubkey]:
    # A program may also come from a lookup table; compute budget and memo never usefully do.
    index = instruction.program_id_index
    return message.account_keys[index] if index < len(message.account_keys) else None


def transaction_error_json(error: Any) -> Any:
    """Returns a runtime error in the interface's JSON form, custom program codes included."""
    if error is None:
        return None
    # solders' own response types drop {"Custom": n}; its TransactionStatus keeps it.
    return json.loads(TransactionStatus(0, None, error, error, None).to_json())["err"]


def status_json(error: Any) -> Json:
    """Returns the older Ok/Err form of an outcome, which some clients still read."""
    return {"Ok": None} if error is None else {"Err": error}


def instruction_json(instruction: Any, stack_height: Optional[int] = None) -> Json:
    """Returns a compiled instruction in JSON form."""
    return {
        "programIdIndex": instruction.program_id_index,
        "accounts": list(bytes(instruction.accounts)),
        "data": base58_encode(bytes(instruction.data)),
        "stackHeight": stack_height,
    }


def inner_instructions_json(metadata: TransactionMetadata) -> list[Json]:
    """Returns the instructions that programs called, grouped by the top-level instruction that led to them."""
    return [
        {"index": index, "instructions": [instruction_json(i.instruction(), i.stack_height()) for i in group]}
        for index, group in enumerate(metadata.inner_instructions())
        if group
    ]


def return_data_json(metadata: TransactionMetadata) -> Optional[Json]:
    """Returns the data a program returned, or None if there is none."""
    returned = metadata.return_data()
    data = bytes(returned.data)
    return {"programId": str(returned.program_id), "data": [base64_encode(data), "base64"]} if data else None


@dataclass(frozen=True)
class Outcome:
    """What executing a transaction yielded; everything here is in its JSON form, ready for answers and the journal."""

    error: Any
    fee_lamports: int
    compute_units: int
    logs: list[str]
    inner_instructions: list[Json]
    return_data: Optional[Json]
    pre_balances: list[int]
    post_balances: list[int]
    pre_token_balances: list[Json]
    post_token_balances: list[Json]


@dataclass(frozen=True)
class TransactionRecord:
    """A transaction that entered a block: what it was, when, and what came of it."""

    wire: WireTransaction
    slot: int
    block_time: int
    keys: ResolvedKeys
    outcome: Outcome

    @property
    def signature(self) -> str:
        """The first signature, which names the transaction."""
        return self.wire.signature

    @property
    def error(self) -> Any:
        """The error in JSON form, or None if it succeeded."""
        return self.outcome.error

    @property
    def memo(self) -> Optional[str]:
        """The memos as one text, or None."""
        return memo_text(self.wire.message)

    def addresses(self) -> list[str]:
        """Returns every account named, once; interned, because many records name the same accounts."""
        return [sys.intern(str(key)) for key in dict.fromkeys(self.keys.all)]

    def to_journal(self) -> Json:
        """Returns the journal entry; it holds the outcome, so that a restart need not execute anything again."""
        return {
            "type": "transaction",
            "slot": self.slot,
            "time": self.block_time,
            "raw": base64_encode(self.wire.raw),
            "loaded_writable": [str(key) for key in self.keys.loaded_writable],
            "loaded_readonly": [str(key) for key in self.keys.loaded_readonly],
            "outcome": vars(self.outcome),
        }

    @classmethod
    def from_journal(cls, entry: Json) -> TransactionRecord:
        """Restores a record from its journal entry."""
        wire = WireTransaction.from_bytes(base64_decode(entry["raw"]))
        keys = with_loaded_keys(
            wire.message,
            [Pubkey.from_string(key) for key in entry["loaded_writable"]],
            [Pubkey.from_string(key) for key in entry["loaded_readonly"]],
        )
        return cls(wire, entry["slot"], entry["time"], keys, Outcome(**entry["outcome"]))

    def to_json(self, encoding: str, version_max: Optional[int]) -> Json:
        """Returns the answer of getTransaction."""
        is_v0 = isinstance(self.wire.message, MessageV0)
        if is_v0 and version_max is None:
            raise RpcError(
                UNSUPPORTED_TRANSACTION_VERSION,
                "Transaction version (0) is not supported by the requesting client. Please try the request again "
                'with the following configuration parameter: "maxSupportedTransactionVersion": 0',
            )
        answer = {
            "slot": self.slot,
            "blockTime": self.block_time,
            "transaction": self._transaction_json(encoding),
            "meta": self._meta_json(),
        }
        if version_max is not None:
            answer["version"] = 0 if is_v0 else "legacy"
        return answer

    def _transaction_json(self, encoding: str) -> Any:
        if encoding == "base64":
            return [base64_encode(self.wire.raw), "base64"]
        if encoding == "base58":
            return [base58_encode(self.wire.raw), "base58"]
        message = self.wire.message
        header = message.header
        content: Json = {
            "header": {
                "numRequiredSignatures": header.num_required_signatures,
                "numReadonlySignedAccounts": header.num_readonly_signed_accounts,
                "numReadonlyUnsignedAccounts": header.num_readonly_unsigned_accounts,
            },
            "accountKeys": [str(key) for key in message.account_keys],
            "recentBlockhash": str(message.recent_blockhash),
            "instructions": [instruction_json(instruction) for instruction in message.instructions],
        }
        if isinstance(message, MessageV0):
            content["addressTableLookups"] = [
                {
                    "accountKey": str(lookup.account_key),
                    "writableIndexes": list(bytes(lookup.writable_indexes)),
                    "readonlyIndexes": list(bytes(lookup.readonly_indexes)),
                }
                for lookup in message.address_table_lookups
            ]
        return {"signatures": [str(signature) for signature in self.wire.transaction.signatures], "message": content}

    def _meta_json(self) -> Json:
        outcome = self.outcome
        meta = {
            "err": outcome.error,
            "status": status_json(outcome.error),
            "fee": outcome.fee_lamports,
            "preBalances": outcome.pre_balances,
            "postBalances": outcome.post_balances,
            "innerInstructions": outcome.inner_instructions,
            "logMessages": outcome.logs,
            "preTokenBalances": outcome.pre_token_balances,
            "postTokenBalances": outcome.post_token_balances,
            "rewards": [],
            "loadedAddresses": {
                "writable": [str(key) for key in self.keys.loaded_writable],
                "readonly": [str(key) for key in self.keys.loaded_readonly],
            },
            "computeUnitsConsumed": outcome.compute_units,
        }
        if outcome.return_data is not None:
            meta["returnData"] = outcome.return_data
        return meta
