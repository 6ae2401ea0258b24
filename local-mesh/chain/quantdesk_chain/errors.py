"""Errors a client sees (RpcError) and errors that stop the process (ChainError), each with one clear sentence."""

from __future__ import annotations

import re
from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
# Codes below are Solana's own (rpc-client-api, custom_error.rs).
PREFLIGHT_FAILURE = -32002
SIGNATURE_VERIFICATION_FAILURE = -32003
UNSUPPORTED_TRANSACTION_VERSION = -32015
MIN_CONTEXT_SLOT_NOT_REACHED = -32016


class RpcError(Exception):
    """A refusal that is sent to the client as a JSON-RPC error object."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def to_json(self) -> dict[str, Any]:
        """Returns the JSON-RPC error object."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error


def invalid_params(reason: str) -> RpcError:
    """Returns the error for a parameter that is missing, of the wrong type or out of range."""
    return RpcError(INVALID_PARAMS, f"Invalid param: {reason}")


class ChainError(Exception):
    """The process cannot start or go on; the message is one sentence for the operator."""


class PortTakenError(ChainError):
    """A port the server needs is held by another process."""


class LedgerCorruptError(ChainError):
    """The ledger file is damaged somewhere other than in its last record."""


class LedgerWriteError(ChainError):
    """A transaction was executed but could not be journalled, so it must not be acknowledged."""


# The wording of solana-transaction-error, for the failures a client of a healthy program meets.
_TRANSACTION_ERROR_TEXT = {
    "AccountNotFound": "Attempt to debit an account but found no record of a prior credit.",
    "AlreadyProcessed": "This transaction has already been processed",
    "BlockhashNotFound": "Blockhash not found",
    "InsufficientFundsForFee": "Insufficient funds for fee",
    "InvalidProgramForExecution": "This program may not be used for executing instructions",
    "ProgramAccountNotFound": "Attempt to load a program that does not exist",
    "SanitizeFailure": "Transaction failed to sanitize accounts offsets correctly",
    "SignatureFailure": "Transaction did not pass signature verification",
}


def describe_transaction_error(error: Any) -> str:
    """Returns the sentence a validator prints for a transaction error given in its JSON form."""
    if isinstance(error, str):
        return _TRANSACTION_ERROR_TEXT.get(error, _words(error))
    (kind, detail), *_ = error.items()
    if kind == "InstructionError":
        index, cause = detail
        return f"Error processing Instruction {index}: {_describe_instruction_error(cause)}"
    if kind == "InsufficientFundsForRent":
        return f"Transaction results in an account ({detail['account_index']}) with insufficient funds for rent"
    if kind == "DuplicateInstruction":
        return f"Transaction contains a duplicate instruction ({detail}) that is not allowed"
    return f"{_words(kind)}: {detail}"


def _describe_instruction_error(cause: Any) -> str:
    if isinstance(cause, dict) and "Custom" in cause:
        return f"custom program error: {cause['Custom']:#x}"
    if isinstance(cause, dict):
        (kind, detail), *_ = cause.items()
        return f"{_words(kind)}: {detail}"
    return _words(cause)


def _words(name: str) -> str:
    """Turns a variant name such as MissingRequiredSignature into lower-case words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
