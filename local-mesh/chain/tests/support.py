"""What the tests share: a chain without a network, a chain process, and transactions to feed them."""

from __future__ import annotations

import asyncio
import faulthandler
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
from pathlib import Path
from typing import Any, Callable, Optional, Sequence

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import Transaction

from quantdesk_chain.chain import Chain, ChainSettings
from quantdesk_chain.dispatch import answer_text, chain_call
from quantdesk_chain.encoding import base64_encode
from quantdesk_chain.genesis import Genesis
from quantdesk_chain.journal import Journal

CHAIN_DIRECTORY = Path(__file__).resolve().parent.parent
SOL = 10**9
UNIX_TIME = 1_700_000_000
SEED = bytes(range(32))
WAIT_SECONDS_MAX = 15.0
TEST_SECONDS_MAX = 60

ED25519_PROGRAM = Pubkey.from_string("Ed25519SigVerify111111111111111111111111111")
MEMO_PROGRAM = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
THIS_INSTRUCTION = 0xFFFF


class ChainTestCase(unittest.TestCase):
    """A test with a hard time limit: a hang prints every stack and ends the run."""

    def run(self, result: Optional[unittest.TestResult] = None) -> Optional[unittest.TestResult]:
        faulthandler.dump_traceback_later(TEST_SECONDS_MAX, exit=True)
        try:
            return super().run(result)
        finally:
            faulthandler.cancel_dump_traceback_later()

    def directory(self) -> Path:
        """Returns a directory that goes away with the test."""
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        return Path(holder.name)

    def assert_refused(self, code: int, text: str, call: Callable[[], Any]) -> Any:
        """Asserts that a call is refused with this code and text; returns the error's data."""
        with self.assertRaises(Refused) as caught:
            call()
        self.assertEqual(caught.exception.error["code"], code, caught.exception.error)
        self.assertIn(text, caught.exception.error["message"])
        return caught.exception.error.get("data")


class Refused(Exception):
    """The chain answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(json.dumps(error))
        self.error = error


def result_of(answer: dict[str, Any]) -> Any:
    """Returns an answer's result, or raises Refused."""
    if "error" in answer:
        raise Refused(answer["error"])
    return answer["result"]


def request(method: str, params: Sequence[Any], number: int = 1) -> dict[str, Any]:
    """Returns a JSON-RPC request."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


class LocalChain:
    """A chain in this process, called with JSON text as the server does, whose slots advance when told to."""

    def __init__(self, journal: Optional[Journal] = None, seed: bytes = SEED, **settings: Any) -> None:
        defaults = {"keep_transactions": 1_000, "airdrop_lamports_max": 1_000 * SOL}
        self.chain = Chain(ChainSettings(**{**defaults, **settings}), Genesis(seed), lambda: UNIX_TIME, journal)
        self._call = chain_call(self.chain)

    def call(self, method: str, *params: Any) -> Any:
        """Calls a method; raises Refused if it is answered with an error."""
        text = answer_text(json.dumps(request(method, params)), self._call)
        assert text is not None
        return result_of(json.loads(text))

    def answer(self, text: str) -> Any:
        """Returns the decoded answer to a text, or None if there is none."""
        answer = answer_text(text, self._call)
        return None if answer is None else json.loads(answer)

    def advance(self, slots: int) -> None:
        """Opens a number of slots."""
        for _ in range(slots):
            self.chain.advance_slot()

    def funded(self, lamports: int = 10 * SOL) -> Keypair:
        """Returns a new account with this balance."""
        key = Keypair()
        self.call("requestAirdrop", str(key.pubkey()), lamports)
        return key

    def blockhash(self, commitment: str = "processed") -> Hash:
        """Returns the latest blockhash."""
        return Hash.from_string(self.call("getLatestBlockhash", {"commitment": commitment})["value"]["blockhash"])

    def send(self, transaction: Transaction, **config: Any) -> str:
        """Sends a transaction, by default with preflight on the processed view."""
        return self.call("sendTransaction", wire(transaction), send_config(**config))

    def status(self, signature: str) -> Optional[dict[str, Any]]:
        """Returns a transaction's status."""
        return self.call("getSignatureStatuses", [signature])["value"][0]

    def balance(self, key: Pubkey, commitment: str = "processed") -> int:
        """Returns a balance in lamports."""
        return self.call("getBalance", str(key), {"commitment": commitment})["value"]


def wire(transaction: Transaction) -> str:
    """Returns a transaction as base64 text."""
    return base64_encode(bytes(transaction))


def send_config(**config: Any) -> dict[str, Any]:
    """Returns the configuration of sendTransaction with these fields."""
    return {"encoding": "base64", "preflightCommitment": "processed", **config}


def transaction(payer: Keypair, blockhash: Hash, *instructions: Instruction) -> Transaction:
    """Returns a legacy transaction signed by its payer."""
    return Transaction([payer], Message.new_with_blockhash(list(instructions), payer.pubkey(), blockhash), blockhash)


def pay(payer: Keypair, receiver: Pubkey, lamports: int = SOL) -> Instruction:
    """Returns a transfer."""
    return transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=receiver, lamports=lamports))


def memo(text: str) -> Instruction:
    """Returns a memo."""
    return Instruction(MEMO_PROGRAM, text.encode(), [])


def ed25519_check(signer: Pubkey, message: bytes, signature: bytes) -> Instruction:
    """Returns the instruction by which the runtime itself verifies one signature: header, key, signature, message."""
    key_offset = 16
    signature_offset = key_offset + 32
    message_offset = signature_offset + 64
    header = struct.pack(
        "<BxHHHHHHH",
        1,
        signature_offset,
        THIS_INSTRUCTION,
        key_offset,
        THIS_INSTRUCTION,
        message_offset,
        len(message),
        THIS_INSTRUCTION,
    )
    return Instruction(ED25519_PROGRAM, header + bytes(signer) + signature + message, [])


def forge(transaction_: Transaction) -> bytes:
    """Returns a transaction's bytes with one bit of its signature flipped."""
    raw = bytearray(bytes(transaction_))
    raw[1] ^= 1
    return bytes(raw)


def free_port() -> int:
    """Returns a port that is free together with the next one."""
    for _ in range(100):
        port = random.randint(20_000, 30_000)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no free pair of ports found")


def wait_until(condition: Callable[[], Any], what: str, seconds_max: float = WAIT_SECONDS_MAX) -> Any:
    """Waits for a condition to hold and returns its value."""
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {seconds_max} s in vain for {what}")


class ChainProcess:
    """A chain server as users start it."""

    def __init__(self, *arguments: str, port: Optional[int] = None, slot_ms: int = 20) -> None:
        self.port = port or free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "quantdesk_chain", "--port", str(self.port), "--slot-ms", str(slot_ms), *arguments],
            cwd=CHAIN_DIRECTORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.ready: dict[str, Any] = {}

    def wait_ready(self) -> ChainProcess:
        """Waits for the line that says the server is ready."""
        assert self.process.stdout is not None and self.process.stderr is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the chain did not start: {self.process.stderr.read()}")
        self.ready = json.loads(line)
        return self

    def post(self, body: bytes) -> bytes:
        """Posts a body and returns the answer's."""
        http_request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(http_request, timeout=WAIT_SECONDS_MAX) as answer:
            return answer.read()

    def call(self, method: str, *params: Any) -> Any:
        """Calls a method; raises Refused if it is answered with an error."""
        return result_of(json.loads(self.post(json.dumps(request(method, params)).encode())))

    def kill(self) -> None:
        """Ends the process as kill -9 does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(WAIT_SECONDS_MAX)

    def terminate(self) -> float:
        """Asks the process to stop, and returns the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(WAIT_SECONDS_MAX)
        return time.monotonic() - started

    def cpu_seconds(self) -> float:
        """Returns the CPU time the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Ends the process if it still runs."""
        if self.process.poll() is None:
            self.kill()
        assert self.process.stdout is not None and self.process.stderr is not None
        self.process.stdout.close()
        self.process.stderr.close()


async def within(awaitable: Any, seconds_max: float = WAIT_SECONDS_MAX) -> Any:
    """Awaits with a bound."""
    return await asyncio.wait_for(awaitable, seconds_max)
