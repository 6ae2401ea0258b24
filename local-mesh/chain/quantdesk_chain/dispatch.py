"""JSON-RPC framing: requests and batches in, answers out."""

from __future__ import annotations

import json
import logging
from typing import Any, Callable, Optional

from . import rpc
from .chain import Chain
from .errors import INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR, ChainError, RpcError
from .params import Params

BATCH_CALLS_MAX = 100

Json = dict[str, Any]
Call = Callable[[str, Params], Any]

log = logging.getLogger(__name__)

METHODS: dict[str, rpc.Method] = {
    "getHealth": rpc.get_health,
    "getVersion": rpc.get_version,
    "getGenesisHash": rpc.get_genesis_hash,
    "getSlot": rpc.get_slot,
    "getBlockHeight": rpc.get_slot,
    "getEpochInfo": rpc.get_epoch_info,
    "getLatestBlockhash": rpc.get_latest_blockhash,
    "isBlockhashValid": rpc.is_blockhash_valid,
    "getFeeForMessage": rpc.get_fee_for_message,
    "getRecentPrioritizationFees": rpc.get_recent_prioritization_fees,
    "getBalance": rpc.get_balance,
    "getAccountInfo": rpc.get_account_info,
    "getMultipleAccounts": rpc.get_multiple_accounts,
    "getProgramAccounts": rpc.get_program_accounts,
    "getTokenAccountBalance": rpc.get_token_account_balance,
    "getMinimumBalanceForRentExemption": rpc.get_minimum_balance_for_rent_exemption,
    "requestAirdrop": rpc.request_airdrop,
    "sendTransaction": rpc.send_transaction,
    "simulateTransaction": rpc.simulate_transaction,
    "getSignatureStatuses": rpc.get_signature_statuses,
    "getTransaction": rpc.get_transaction,
    "getSignaturesForAddress": rpc.get_signatures_for_address,
}


def chain_call(chain: Chain) -> Call:
    """Returns the call that looks a method up in the table and runs it on a chain."""

    def call(method: str, params: Params) -> Any:
        function = METHODS.get(method)
        if function is None:
            raise RpcError(METHOD_NOT_FOUND, "Method not found")
        return function(chain, params)

    return call


def error_answer(error: RpcError, request_id: Any = None) -> Json:
    """Returns a JSON-RPC answer that carries an error."""
    return {"jsonrpc": "2.0", "error": error.to_json(), "id": request_id}


def answer_text(text: str, call: Call) -> Optional[str]:
    """Answers the text of a request or batch; None if there is nothing to answer (notifications only)."""
    try:
        request = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return json.dumps(error_answer(RpcError(PARSE_ERROR, "Parse error")))
    if not isinstance(request, list):
        answer = _answer(request, call)
        return None if answer is None else json.dumps(answer)
    if not request:
        return json.dumps(error_answer(RpcError(INVALID_REQUEST, "Invalid request: an empty batch")))
    if len(request) > BATCH_CALLS_MAX:
        reason = f"Invalid request: a batch of {len(request)} calls (max: {BATCH_CALLS_MAX})"
        return json.dumps(error_answer(RpcError(INVALID_REQUEST, reason)))
    answers = [answer for item in request if (answer := _answer(item, call)) is not None]
    return json.dumps(answers) if answers else None


def _answer(request: Any, call: Call) -> Optional[Json]:
    if not isinstance(request, dict):
        return error_answer(RpcError(INVALID_REQUEST, "Invalid request: not an object"))
    request_id = request.get("id")
    if isinstance(request_id, (dict, list)):
        return error_answer(RpcError(INVALID_REQUEST, "Invalid request: id must be a string, a number or null"))
    try:
        answer = {"jsonrpc": "2.0", "result": _run(request, call), "id": request_id}
    except RpcError as error:
        answer = error_answer(error, request_id)
    except ChainError:
        raise
    except Exception:
        log.exception("call %r failed", request.get("method"))
        answer = error_answer(RpcError(INTERNAL_ERROR, "Internal error"), request_id)
    # A request without id is a notification: it is carried out, and not answered.
    return answer if "id" in request else None


def _run(request: Json, call: Call) -> Any:
    method = request.get("method")
    params = request.get("params")
    if request.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, 'Invalid request: jsonrpc must be "2.0"')
    if not isinstance(method, str):
        raise RpcError(INVALID_REQUEST, "Invalid request: method must be a string")
    if params is not None and not isinstance(params, list):
        raise RpcError(INVALID_REQUEST, "Invalid request: params must be an array")
    return call(method, Params(params or []))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
