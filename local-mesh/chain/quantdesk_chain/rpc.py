"""The JSON-RPC methods over HTTP, one function each; dispatch.py names them."""

from __future__ import annotations

from typing import Any, Callable, Optional

from solders.account import Account
from solders.message import from_bytes_versioned
from solders.pubkey import Pubkey

from .chain import SLOTS_PER_EPOCH, Chain, Simulation
from .commitment import Commitment
from .encoding import (
    account_json,
    base58_decode,
    base64_decode,
    mint_decimals,
    parse_pubkey,
    read_token_holding,
    token_amount_json,
)
from .errors import (
    INVALID_PARAMS,
    PREFLIGHT_FAILURE,
    SIGNATURE_VERIFICATION_FAILURE,
    RpcError,
    describe_transaction_error,
    invalid_params,
)
from .params import Config, Params, as_config, parse_signature
from .transactions import TransactionRecord, WireTransaction, known_version, return_data_json, status_json

API_VERSION = "4.0.0"
"""The version of the validator interface that is followed, which clients read."""

ACCOUNTS_MAX = 100
SIGNATURES_MAX = 256
SIGNATURES_FOR_ADDRESS_MAX = 1_000
PROGRAM_FILTERS_MAX = 4
MEMCMP_BYTES_MAX = 128
FEE_ADDRESSES_MAX = 128
RENT_DATA_BYTES_MAX = 10 * 1024 * 1024
MESSAGE_TEXT_CHARACTERS_MAX = 4_096

Json = dict[str, Any]
Method = Callable[[Chain, Params], Any]


def with_context(slot: int, value: Any) -> Json:
    """Returns a value together with the slot it was read at."""
    return {"context": {"slot": slot, "apiVersion": API_VERSION}, "value": value}


def _view(chain: Chain, config: Config) -> tuple[Commitment, int]:
    """Returns the commitment a call reads at, and its slot."""
    commitment = config.commitment()
    slot = chain.slot_at(commitment)
    config.check_min_context_slot(slot)
    return commitment, slot


def _newest(chain: Chain) -> Callable[[Pubkey], Optional[Account]]:
    return chain.account


# --- the node ------------------------------------------------------------------------------------------------------


def get_health(chain: Chain, params: Params) -> str:
    """Always healthy: a chain of one node cannot be behind."""
    return "ok"


def get_version(chain: Chain, params: Params) -> Json:
    """Returns the interface version."""
    return {"solana-core": API_VERSION, "feature-set": 0}


def get_genesis_hash(chain: Chain, params: Params) -> str:
    """Returns the hash that names this chain."""
    return str(chain.genesis.hash)


def get_slot(chain: Chain, params: Params) -> int:
    """Returns the newest slot of a commitment; block height is the same, as no slot is skipped while running."""
    return _view(chain, params.config(0))[1]


def get_epoch_info(chain: Chain, params: Params) -> Json:
    """Returns where in its epoch the chain is."""
    _, slot = _view(chain, params.config(0))
    return {
        "absoluteSlot": slot,
        "blockHeight": slot,
        "epoch": slot // SLOTS_PER_EPOCH,
        "slotIndex": slot % SLOTS_PER_EPOCH,
        "slotsInEpoch": SLOTS_PER_EPOCH,
        "transactionCount": chain.transaction_count,
    }


# --- blockhashes and fees ------------------------------------------------------------------------------------------


def get_latest_blockhash(chain: Chain, params: Params) -> Json:
    """Returns the newest blockhash of a commitment."""
    commitment, slot = _view(chain, params.config(0))
    blockhash, last_valid = chain.latest_blockhash(commitment)
    return with_context(slot, {"blockhash": str(blockhash), "lastValidBlockHeight": last_valid})


def is_blockhash_valid(chain: Chain, params: Params) -> Json:
    """Says whether a blockhash can still be used."""
    blockhash = params.blockhash(0)
    commitment, slot = _view(chain, params.config(1))
    return with_context(slot, chain.is_blockhash_valid(blockhash, commitment))


def get_fee_for_message(chain: Chain, params: Params) -> Json:
    """Returns the fee of a base64 message in lamports, or null if its blockhash has expired."""
    text = params.text(0, "message")
    commitment, slot = _view(chain, params.config(1))
    if len(text) > MESSAGE_TEXT_CHARACTERS_MAX:
        raise invalid_params(f"message too large: {len(text)} characters (max: {MESSAGE_TEXT_CHARACTERS_MAX})")
    try:
        message = known_version(from_bytes_versioned(base64_decode(text)))
    except ValueError as error:
        raise invalid_params(f"message cannot be decoded: {error}") from error
    if not chain.is_blockhash_valid(message.recent_blockhash, commitment):
        return with_context(slot, None)
    return with_context(slot, chain.fee_for_message(message))


def get_recent_prioritization_fees(chain: Chain, params: Params) -> list[Json]:
    """Returns the lowest price per compute unit that landed in each recent slot, in micro-lamports."""
    addresses = params.items(0, "addresses", FEE_ADDRESSES_MAX) if params.optional(0) is not None else []
    keys = [str(parse_pubkey(address)) for address in addresses]
    return [{"slot": slot, "prioritizationFee": fee} for slot, fee in chain.fees.recent(keys)]


# --- accounts ------------------------------------------------------------------------------------------------------


def get_balance(chain: Chain, params: Params) -> Json:
    """Returns an account's lamports; 0 if it does not exist."""
    key = params.pubkey(0, "address")
    commitment, slot = _view(chain, params.config(1))
    account = chain.account(key, commitment)
    return with_context(slot, account.lamports if account is not None else 0)


def get_account_info(chain: Chain, params: Params) -> Json:
    """Returns an account, or null."""
    key = params.pubkey(0, "address")
    config = params.config(1)
    commitment, slot = _view(chain, config)
    account = chain.account(key, commitment)
    return with_context(slot, account_json(account, config.account_format(), _newest(chain)))


def get_multiple_accounts(chain: Chain, params: Params) -> Json:
    """Returns several accounts, null where there is none."""
    keys = [parse_pubkey(address) for address in params.items(0, "addresses", ACCOUNTS_MAX)]
    config = params.config(1)
    commitment, slot = _view(chain, config)
    wanted = config.account_format()
    return with_context(slot, [account_json(chain.account(key, commitment), wanted, _newest(chain)) for key in keys])


def get_program_accounts(chain: Chain, params: Params) -> Any:
    """Returns the accounts a program owns that pass all filters."""
    program = params.pubkey(0, "program")
    config = params.config(1)
    commitment, slot = _view(chain, config)
    wanted = config.account_format()
    matches = account_filter(config)
    found = [
        {"pubkey": str(key), "account": account_json(account, wanted, _newest(chain))}
        for key, account in chain.program_accounts(program, commitment)
        if matches(account)
    ]
    return with_context(slot, found) if config.flag("withContext") else found


def account_filter(config: Config) -> Callable[[Account], bool]:
    """Returns the predicate of a configuration's filters; raises the typed error if one is malformed."""
    filters = config.items("filters")
    if len(filters) > PROGRAM_FILTERS_MAX:
        raise invalid_params(f"too many filters: {len(filters)} (max: {PROGRAM_FILTERS_MAX})")
    predicates = [_single_filter(as_config(item, "a filter")) for item in filters]
    return lambda account: all(predicate(account) for predicate in predicates)


def _single_filter(item: Config) -> Callable[[Account], bool]:
    data_size = item.unsigned("dataSize")
    if data_size is not None:
        return lambda account: len(account.data) == data_size
    memcmp = item.section("memcmp")
    if memcmp is None:
        raise invalid_params("a filter must be dataSize or memcmp")
    offset = memcmp.unsigned("offset")
    text = memcmp.text("bytes")
    if offset is None or text is None:
        raise invalid_params("memcmp needs offset and bytes")
    encoding = memcmp.text("encoding", "base58")
    decode = {"base58": base58_decode, "base64": base64_decode}.get(encoding or "")
    if decode is None:
        raise invalid_params(f"memcmp encoding must be base58 or base64, not {encoding!r}")
    if len(text) > 2 * MEMCMP_BYTES_MAX:
        raise invalid_params(f"memcmp bytes too long (max: {MEMCMP_BYTES_MAX} bytes)")
    try:
        expected = decode(text)
    except ValueError as error:
        raise invalid_params(f"memcmp bytes cannot be decoded: {error}") from error
    return lambda account: bytes(account.data)[offset : offset + len(expected)] == expected


def get_token_account_balance(chain: Chain, params: Params) -> Json:
    """Returns the holding of a token account."""
    key = params.pubkey(0, "address")
    commitment, slot = _view(chain, params.config(1))
    account = chain.account(key, commitment)
    if account is None:
        raise invalid_params("could not find account")
    holding = read_token_holding(account)
    if holding is None:
        raise invalid_params("not a Token account")
    decimals = mint_decimals(chain.account(holding.mint))
    return with_context(slot, token_amount_json(holding.amount, decimals))


def get_minimum_balance_for_rent_exemption(chain: Chain, params: Params) -> int:
    """Returns the lamports an account of a size in bytes needs."""
    data_bytes = params.unsigned(0, "data length")
    if data_bytes > RENT_DATA_BYTES_MAX:
        raise invalid_params(f"an account holds at most {RENT_DATA_BYTES_MAX} bytes, not {data_bytes}")
    return chain.rent_exempt_minimum(data_bytes)


def request_airdrop(chain: Chain, params: Params) -> str:
    """Transfers lamports from the faucet; returns the transaction's signature."""
    return chain.airdrop(params.pubkey(0, "address"), params.unsigned(1, "lamports")).signature


# --- transactions --------------------------------------------------------------------------------------------------


def send_transaction(chain: Chain, params: Params) -> str:
    """Checks a transaction unless told not to, and executes it.

    As on a cluster, a transaction sent without preflight is answered with its signature even if no leader would
    take it (forged, expired, unfunded): only its status tells.
    """
    config = params.config(1)
    wire = WireTransaction.from_text(params.text(0, "transaction"), config.text("encoding") or "base58")
    chain.resolve(wire.message)
    if not config.flag("skipPreflight"):
        commitment = config.commitment("preflightCommitment")
        config.check_min_context_slot(chain.slot_at(commitment))
        simulation = chain.simulate(wire, commitment)
        _check_signatures(simulation)
        if simulation.error is not None:
            reason = describe_transaction_error(simulation.error)
            raise RpcError(PREFLIGHT_FAILURE, f"Transaction simulation failed: {reason}", _simulation_json(simulation))
    chain.submit(wire)
    return wire.signature


def simulate_transaction(chain: Chain, params: Params) -> Json:
    """Executes a transaction without effect, and returns what it would do."""
    config = params.config(1)
    verify, replace = config.flag("sigVerify"), config.flag("replaceRecentBlockhash")
    if verify and replace:
        raise invalid_params("sigVerify may not be used with replaceRecentBlockhash")
    wire = WireTransaction.from_text(params.text(0, "transaction"), config.text("encoding") or "base58")
    keys = chain.resolve(wire.message)
    commitment, slot = _view(chain, config)
    accounts = config.section("accounts")
    addresses = accounts.items("addresses") if accounts is not None else []
    if len(addresses) > len(keys.all):
        raise invalid_params(f"too many accounts: {len(addresses)} (max: {len(keys.all)})")
    simulation = chain.simulate(wire, commitment, verify_signatures=verify, any_blockhash=replace)
    _check_signatures(simulation)
    answer = _simulation_json(simulation)
    if accounts is not None:
        wanted = accounts.account_format()
        answer["accounts"] = [
            account_json(_account_after(chain, simulation, parse_pubkey(address)), wanted, _newest(chain))
            for address in addresses
        ]
    if replace:
        blockhash, last_valid = chain.latest_blockhash(commitment)
        answer["replacementBlockhash"] = {"blockhash": str(blockhash), "lastValidBlockHeight": last_valid}
    return with_context(slot, answer)


def _account_after(chain: Chain, simulation: Simulation, key: Pubkey) -> Optional[Account]:
    account = simulation.post_accounts.get(key)
    return account if account is not None else chain.account(key)


def _check_signatures(simulation: Simulation) -> None:
    if simulation.error == "SignatureFailure":
        raise RpcError(SIGNATURE_VERIFICATION_FAILURE, "Transaction signature verification failure")


def _simulation_json(simulation: Simulation) -> Json:
    metadata = simulation.metadata
    return {
        "err": simulation.error,
        "logs": metadata.logs() if metadata is not None else [],
        "accounts": None,
        "unitsConsumed": metadata.compute_units_consumed() if metadata is not None else 0,
        "returnData": return_data_json(metadata) if metadata is not None else None,
        "innerInstructions": None,
        "replacementBlockhash": None,
    }


def get_signature_statuses(chain: Chain, params: Params) -> Json:
    """Returns the status of transactions, null where unknown; the whole kept history is searched in any case."""
    signatures = [parse_signature(item) for item in params.items(0, "signatures", SIGNATURES_MAX)]
    params.config(1).flag("searchTransactionHistory")
    statuses = [_status_json(chain, chain.history.get(signature)) for signature in signatures]
    return with_context(chain.slot, statuses)


def _status_json(chain: Chain, record: Optional[TransactionRecord]) -> Optional[Json]:
    if record is None:
        return None
    commitment = chain.commitment_of(record.slot)
    return {
        "slot": record.slot,
        "confirmations": None if commitment is Commitment.FINALIZED else chain.slot - record.slot,
        "status": status_json(record.error),
        "err": record.error,
        "confirmationStatus": commitment.value,
    }


def _history_view(chain: Chain, config: Config) -> int:
    if config.commitment() is Commitment.PROCESSED:
        raise RpcError(INVALID_PARAMS, "Method does not support commitment below `confirmed`")
    return _view(chain, config)[1]


def get_transaction(chain: Chain, params: Params) -> Optional[Json]:
    """Returns a transaction and its effects, or null."""
    signature = params.signature(0)
    # The oldest form of the call has the encoding itself in the configuration's place.
    second = params.optional(1)
    config = Config({"encoding": second}) if isinstance(second, str) else params.config(1)
    slot = _history_view(chain, config)
    encoding = config.text("encoding", "json")
    assert encoding is not None
    if encoding not in ("json", "base58", "base64"):
        raise invalid_params(f"encoding must be json, base58 or base64, not {encoding[:32]!r}")
    record = chain.history.get(signature)
    if record is None or record.slot > slot:
        return None
    return record.to_json(encoding, config.unsigned("maxSupportedTransactionVersion"))


def get_signatures_for_address(chain: Chain, params: Params) -> list[Json]:
    """Returns the transactions that name an address, newest first."""
    address = str(params.pubkey(0, "address"))
    config = params.config(1)
    slot = _history_view(chain, config)
    limit = config.unsigned("limit", SIGNATURES_FOR_ADDRESS_MAX)
    if not limit or limit > SIGNATURES_FOR_ADDRESS_MAX:
        raise invalid_params(f"limit must be 1 to {SIGNATURES_FOR_ADDRESS_MAX}, not {limit}")
    before, until = config.text("before"), config.text("until")
    answer: list[Json] = []
    started = before is None
    for record in chain.history.newest_first(address):
        if record.signature == until or len(answer) == limit:
            break
        if started and record.slot <= slot:
            answer.append(_signature_json(chain, record))
        started = started or record.signature == before
    return answer


def _signature_json(chain: Chain, record: TransactionRecord) -> Json:
    return {
        "signature": record.signature,
        "slot": record.slot,
        "err": record.error,
        "memo": record.memo,
        "blockTime": record.block_time,
        "confirmationStatus": chain.commitment_of(record.slot).value,
    }
