"""Commitment levels, as clients name them."""

from __future__ import annotations

import enum


class Commitment(enum.Enum):
    """How settled a view of the ledger has to be."""

    PROCESSED = "processed"
    CONFIRMED = "confirmed"
    FINALIZED = "finalized"
