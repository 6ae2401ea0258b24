"""The command line: python -m quantdesk_chain --port 8899 --slot-ms 400."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path
from typing import Optional, Sequence

from solders.pubkey import Pubkey

from .chain import FINALIZED_DEPTH_SLOTS, ChainSettings
from .errors import ChainError, PortTakenError
from .server import ServerSettings, serve
from .websocket import WebSocketLimits

EXIT_FAILED = 1
EXIT_PORT_TAKEN = 2

PORT_MAX = 65_534
SLOT_MS_MIN = 5
SLOT_MS_MAX = 60_000
KEEP_DEFAULT = 20_000
AIRDROP_LAMPORTS_MAX_DEFAULT = 10**12
AIRDROP_LAMPORTS_CEILING = 10**16


def parse_settings(arguments: Optional[Sequence[str]] = None) -> ServerSettings:
    """Turns command-line arguments into settings; exits with a usage message if they are wrong."""
    parser = argparse.ArgumentParser(prog="quantdesk_chain", description="A local Solana chain over LiteSVM.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_integer(1, PORT_MAX), default=8899, help="JSON-RPC port; the WebSocket is on the next one"
    )
    parser.add_argument("--slot-ms", type=_integer(SLOT_MS_MIN, SLOT_MS_MAX), default=400, help="length of a slot")
    parser.add_argument(
        "--finalized-slots",
        type=_integer(2, 1_000),
        default=FINALIZED_DEPTH_SLOTS,
        help="slots until a transaction is final (default: %(default)s)",
    )
    parser.add_argument(
        "--keep", type=_integer(1, 1_000_000), default=KEEP_DEFAULT, help="transactions kept (default: %(default)s)"
    )
    parser.add_argument("--ledger", type=Path, help="file the chain is kept in; without it, it ends with the process")
    parser.add_argument(
        "--genesis-seed-file", type=Path, help="seed of the chain's identity, created if missing (default: LEDGER.seed)"
    )
    parser.add_argument(
        "--airdrop-max-lamports",
        type=_integer(1, AIRDROP_LAMPORTS_CEILING),
        default=AIRDROP_LAMPORTS_MAX_DEFAULT,
        help="the most one airdrop gives (default: %(default)s)",
    )
    parser.add_argument(
        "--program", action="append", default=[], type=_program, metavar="ID=FILE.so", help="program to load at start"
    )
    bounds = WebSocketLimits()
    parser.add_argument("--ws-connections-max", type=_integer(1, 10_000), default=bounds.connections_max)
    parser.add_argument("--ws-subscriptions-max", type=_integer(1, 10_000), default=bounds.subscriptions_max)
    parser.add_argument("--ws-queued-messages-max", type=_integer(1, 100_000), default=bounds.queued_messages_max)
    chosen = parser.parse_args(arguments)
    return ServerSettings(
        host=chosen.host,
        port=chosen.port,
        slot_seconds=chosen.slot_ms / 1_000,
        chain=ChainSettings(
            keep_transactions=chosen.keep,
            airdrop_lamports_max=chosen.airdrop_max_lamports,
            finalized_depth_slots=chosen.finalized_slots,
            programs=tuple(chosen.program),
        ),
        genesis_seed_file=chosen.genesis_seed_file,
        ledger=chosen.ledger,
        limits=WebSocketLimits(
            connections_max=chosen.ws_connections_max,
            subscriptions_max=chosen.ws_subscriptions_max,
            queued_messages_max=chosen.ws_queued_messages_max,
        ),
    )


def _integer(low: int, high: int):
    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}, not {text!r}")
        return value

    return parse


def _program(text: str) -> tuple[Pubkey, bytes]:
    address, separator, path = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError("must be ID=FILE.so")
    try:
        return Pubkey.from_string(address), Path(path).read_bytes()
    except (ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def main() -> int:
    """Runs the chain; returns the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    settings = parse_settings()
    try:
        asyncio.run(serve(settings))
    except ChainError as error:
        sys.stderr.write(f"quantdesk_chain: {error}\n")
        return EXIT_PORT_TAKEN if isinstance(error, PortTakenError) else EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
