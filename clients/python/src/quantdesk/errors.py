"""What the package raises about calls and orders, and how an answer's status becomes one of these."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Mapping, Optional

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from quantdesk._gen.reasons import REASONS

DOMAIN = "quantdesk"
DETAILS_KEY = "grpc-status-details-bin"
TRACE_KEY = "x-trace-id"

_CATEGORY_OF_CODE = {
    "INVALID_ARGUMENT": "invalid_request",
    "UNIMPLEMENTED": "invalid_request",
    "UNAUTHENTICATED": "unauthenticated",
    "PERMISSION_DENIED": "permission_denied",
    "NOT_FOUND": "not_found",
    "ALREADY_EXISTS": "conflict",
    "FAILED_PRECONDITION": "precondition",
    "OUT_OF_RANGE": "precondition",
    "RESOURCE_EXHAUSTED": "limit",
    "UNAVAILABLE": "unavailable",
    "DEADLINE_EXCEEDED": "outcome_unknown",
}
_RETRYABLE_CODES = frozenset({"UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED", "ABORTED"})
# Without a reason of the mesh these are what a broken connection looks like; the others are an answer in any case.
_BROKEN_CODES = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN", "INTERNAL", "CANCELLED", "ABORTED", "DATA_LOSS"})
# The only refusals for want of a service that come before an order can have reached the engine.
_NOT_SENT = frozenset({"ENGINE_BUSY", "RISK_UNAVAILABLE", "MARK_PRICE_STALE"})
_UNSURE_CATEGORIES = frozenset({"unavailable", "outcome_unknown", "internal"})


@dataclass(frozen=True)
class Suggestion:
    """The smallest change with which a refused order would pass; decimal strings."""

    price: Optional[str] = None
    quantity: Optional[str] = None
    deposit: Optional[str] = None


@dataclass(frozen=True)
class Facts:
    """What is known about a failure."""

    # Name in the catalogue of reasons, such as "INSUFFICIENT_MARGIN"; the gRPC code's name where the answer has none.
    reason: str
    # Name of the gRPC code.
    code: str
    # What a program branches on: one of ten, see proto/reasons.json.
    category: str
    # Whether the same call may pass later with nothing changed.
    retryable: bool
    # Seconds after which to go on, where the mesh said so.
    retry_after_s: Optional[float] = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    # Fields that break their rule, and how.
    fields: Mapping[str, str] = field(default_factory=dict)
    suggestion: Optional[Suggestion] = None
    # Trace of the call: 32 hexadecimal digits.
    trace_id: Optional[str] = None


class QuantDeskError(Exception):
    """Everything that this package raises; its attributes are those of Facts."""

    def __init__(self, message: str, facts: Facts) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts
        self.reason = facts.reason
        self.code = facts.code
        self.category = facts.category
        self.retryable = facts.retryable
        self.retry_after_s = facts.retry_after_s
        self.metadata = facts.metadata
        self.fields = facts.fields
        self.suggestion = facts.suggestion
        self.trace_id = facts.trace_id

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"


class Refusal(QuantDeskError):
    """The mesh has said no, and nothing was done."""


class Unreachable(QuantDeskError):
    """No answer came. What was asked for may be asked for again: every such call has one effect however often it is made."""


class BadAnswer(QuantDeskError):
    """The mesh answered with something that can't be: a sign of the wrong address or the wrong version."""

    def __init__(self, message: str, trace_id: Optional[str] = None) -> None:
        super().__init__(message, Facts("BAD_ANSWER", "INTERNAL", "internal", retryable=False, trace_id=trace_id))


class InvalidInput(QuantDeskError, ValueError):
    """The caller's value breaks a rule; nothing was sent."""

    def __init__(
        self, name: str, rule: str, reason: str = "REQUEST_INVALID", suggestion: Optional[Suggestion] = None
    ) -> None:
        facts = Facts(
            reason, "INVALID_ARGUMENT", "invalid_request", retryable=False, fields={name: rule}, suggestion=suggestion
        )
        super().__init__(f"{name}: {rule}", facts)


class OffStep(InvalidInput):
    """A price is no multiple of the tick size, or a quantity none of the lot size; `suggestion` has the nearest that is."""


class OutcomeUnknown(QuantDeskError):
    """The order was sent and nothing is known of it. Never send it under another id: ask with `resolve()`.

    `resolve()` answers the order, or None once it is certain that it was not placed; with an AsyncClient it is awaited.
    It raises OutcomeUnknown again when nothing can be learned in time.
    """

    def __init__(self, client_order_id: str, facts: Facts, resolve: Callable[[], Any]) -> None:
        super().__init__(f"no answer came to order {client_order_id}; it may have been placed", facts)
        self.client_order_id = client_order_id
        self.resolve = resolve


def from_rpc(error: grpc.RpcError, trace_id: Optional[str] = None) -> QuantDeskError:
    """The Refusal or Unreachable that a failed call stands for."""
    code = error.code().name
    details = _details(error)
    info = _first(details, error_details_pb2.ErrorInfo, lambda each: each.domain == DOMAIN)
    facts = _facts(error, code, details, info, trace_id)
    message = error.details() or (details.message if details else "") or code
    answered = info is not None and facts.category != "outcome_unknown"
    return Refusal(message, facts) if answered or code not in _BROKEN_CODES else Unreachable(message, facts)


def outcome_unknown(client_order_id: str, facts: Facts, resolve: Callable[[], Any]) -> OutcomeUnknown:
    """What is raised in place of the error that left an order's outcome open."""
    open_facts = replace(facts, reason="OUTCOME_UNKNOWN", category="outcome_unknown", retryable=True)
    return OutcomeUnknown(client_order_id, open_facts, resolve)


def may_have_been_placed(error: QuantDeskError) -> bool:
    """Whether an order that was answered so may have reached the engine all the same.

    The gateway gives its own UPSTREAM_UNAVAILABLE also when a connection breaks after the order went out over it.
    """
    if isinstance(error, (Unreachable, BadAnswer)):
        return True
    return error.category in _UNSURE_CATEGORIES and error.reason not in _NOT_SENT


def _facts(
    error: grpc.RpcError,
    code: str,
    details: Optional[status_pb2.Status],
    info: Optional[error_details_pb2.ErrorInfo],
    trace_id: Optional[str],
) -> Facts:
    reason = info.reason if info else code
    known = REASONS.get(reason)
    retry = _first(details, error_details_pb2.RetryInfo)
    bad = _first(details, error_details_pb2.BadRequest)
    metadata = dict(info.metadata) if info else {}
    return Facts(
        reason=reason,
        code=code,
        category=known[1] if known else _CATEGORY_OF_CODE.get(code, "internal"),
        retryable=known[2] if known else code in _RETRYABLE_CODES,
        retry_after_s=max(0.0, retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9) if retry else None,
        metadata=metadata,
        fields={each.field: each.description for each in bad.field_violations} if bad else {},
        suggestion=_suggestion(metadata),
        trace_id=_text(error, TRACE_KEY) or trace_id,
    )


def _suggestion(metadata: Mapping[str, str]) -> Optional[Suggestion]:
    found = {name: metadata.get(f"suggested_{name}") for name in ("price", "quantity", "deposit")}
    return Suggestion(**found) if any(found.values()) else None


def _details(error: grpc.RpcError) -> Optional[status_pb2.Status]:
    raw = _value(error, DETAILS_KEY)
    if raw is None:
        return None
    try:
        return status_pb2.Status.FromString(raw)
    except DecodeError:
        # Not the mesh's doing; the code and the text still say what there is to say.
        return None


def _first(details: Optional[status_pb2.Status], kind: Any, wanted: Callable[[Any], bool] = lambda _: True) -> Any:
    for each in details.details if details else ():
        if each.Is(kind.DESCRIPTOR):
            detail = kind()
            try:
                each.Unpack(detail)
            except DecodeError:
                continue
            if wanted(detail):
                return detail
    return None


def _text(error: grpc.RpcError, key: str) -> Optional[str]:
    value = _value(error, key)
    return value if isinstance(value, str) and value else None


def _value(error: grpc.RpcError, key: str) -> Any:
    for metadata in (error.trailing_metadata(), error.initial_metadata()):
        for name, value in metadata or ():
            if name == key:
                return value
    return None
