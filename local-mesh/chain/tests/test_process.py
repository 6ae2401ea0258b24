"""The process as an operator meets it: start, stop, wrong arguments, bounds of HTTP, and idle cost."""

from __future__ import annotations

import asyncio
import http.client
import json
import resource
import socket
import time
import urllib.error
from pathlib import Path

from aiohttp import ClientSession, WSMsgType

from quantdesk_chain.server import BODY_BYTES_MAX, SHUTDOWN_TIMEOUT_SECONDS
from quantdesk_chain.websocket import CLOSE_TIMEOUT_SECONDS
from support import SEED, ChainProcess, ChainTestCase, free_port, request, wait_until, within

STOP_SECONDS_MAX = 1.0
"""What the bounds on stopping add up to at most."""
PEER_SECONDS = 8.0
"""Less than the ten that aiohttp waits for one silent client where it is not told otherwise."""
IDLE_CPU_SHARE_MAX = 0.05
IDLE_SECONDS = 3.0
SLOT_MILLIS = 100
SLOTS = 30


class ProcessTest(ChainTestCase):
    def start(self, *arguments: str, **options: int) -> ChainProcess:
        chain = ChainProcess(*arguments, **options)
        self.addCleanup(chain.close)
        return chain

    def fail_to_start(self, *arguments: str, **options: int) -> tuple[int, str]:
        """Returns the exit code and the error text."""
        chain = self.start(*arguments, **options)
        output, errors = chain.process.communicate(timeout=20)
        self.assertEqual(output, "")
        return chain.process.returncode, errors

    def test_should_say_when_it_is_ready(self) -> None:
        chain = self.start().wait_ready()
        expected = {"event": "ready", "rpc_port": chain.port, "ws_port": chain.port + 1}
        self.assertEqual({name: chain.ready[name] for name in expected}, expected)
        self.assertEqual(chain.ready["genesis_hash"], chain.call("getGenesisHash"))

    def test_should_listen_on_the_loopback_address_only(self) -> None:
        chain = self.start().wait_ready()
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        listening = {row[1] for row in rows if row[3] == "0A"}
        for port in (chain.port, chain.port + 1):
            self.assertIn(f"0100007F:{port:04X}", listening)
            self.assertNotIn(f"00000000:{port:04X}", listening)

    def test_should_not_wait_for_its_clients_when_it_stops(self) -> None:
        chain = self.start().wait_ready()

        async def scenario() -> float:
            async with ClientSession() as session:
                url = f"http://127.0.0.1:{chain.port}/"
                reading = await session.ws_connect(url)
                await session.ws_connect(url, autoclose=False)
                await reading.send_str(json.dumps(request("slotSubscribe", [])))
                await within(reading.receive())
                seconds = await asyncio.to_thread(chain.terminate)
                while (await within(reading.receive())).type is WSMsgType.TEXT:
                    pass
                return seconds

        self.assertLess(asyncio.run(scenario()), PEER_SECONDS)
        self.assertLessEqual(CLOSE_TIMEOUT_SECONDS + SHUTDOWN_TIMEOUT_SECONDS, STOP_SECONDS_MAX)
        self.assertEqual(chain.process.returncode, 0)
        self.assertEqual(chain.process.stderr.read(), "")

    def test_should_name_the_port_that_is_taken(self) -> None:
        for offset in (0, 1):
            with self.subTest(offset), socket.socket() as holder:
                port = free_port()
                holder.bind(("127.0.0.1", port + offset))
                holder.listen()
                code, errors = self.fail_to_start(port=port)
                self.assertEqual(code, 2)
                self.assertEqual(len(errors.splitlines()), 1)
                self.assertIn(f"port {port + offset} on 127.0.0.1 is taken", errors)

    def test_should_start_again_at_once_on_the_port_it_was_killed_on(self) -> None:
        chain = self.start().wait_ready()
        chain.call("getHealth")
        chain.kill()
        self.start(port=chain.port).wait_ready()

    def test_should_refuse_wrong_arguments_and_files_in_one_sentence(self) -> None:
        directory = self.directory()
        bad_seed = directory / "seed"
        bad_seed.write_text("short")
        bad_ledger = directory / "ledger"
        bad_ledger.write_text("not a ledger\n")
        bad_program = directory / "program.so"
        bad_program.write_bytes(b"not an ELF file")
        key = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"
        cases = [
            (("--slot-ms", "0"), 2, "from 5 to 60000"),
            (("--keep", "many"), 2, "whole number"),
            (("--program", "x"), 2, "ID=FILE.so"),
            (("--program", f"{key}={directory}/none.so"), 2, "No such file"),
            (("--program", f"{key}={bad_program}"), 1, "cannot be loaded"),
            (("--genesis-seed-file", str(bad_seed)), 1, "64 hexadecimal digits"),
            (("--ledger", str(bad_ledger)), 1, "damaged at byte 0"),
            (("--ledger", str(directory)), 1, "cannot open the ledger"),
            (("--host", "203.0.113.1"), 1, "cannot listen on 203.0.113.1"),
            (("--host", "no such host"), 1, "is not an address"),
        ]
        for arguments, expected_code, text in cases:
            with self.subTest(arguments):
                code, errors = self.fail_to_start(*arguments)
                self.assertEqual(code, expected_code, errors)
                self.assertIn(text, errors)
                self.assertNotIn("Traceback", errors)

    def test_should_refuse_a_ledger_another_process_has(self) -> None:
        ledger = str(self.directory() / "ledger")
        self.start("--ledger", ledger).wait_ready()
        code, errors = self.fail_to_start("--ledger", ledger)
        self.assertEqual(code, 1)
        self.assertIn("in use by another chain process", errors)

    def test_should_keep_the_genesis_hash_of_a_seed_file(self) -> None:
        seed_file = self.directory() / "genesis.seed"
        seed_file.write_text(SEED.hex())
        hashes = set()
        for _ in range(2):
            chain = self.start("--genesis-seed-file", str(seed_file)).wait_ready()
            hashes.add(chain.ready["genesis_hash"])
            chain.kill()
        self.assertEqual(len(hashes), 1)
        self.assertNotIn(self.start().wait_ready().ready["genesis_hash"], hashes)

    def test_should_stop_when_the_ledger_cannot_be_written(self) -> None:
        ledger = self.directory() / "ledger"
        chain = self.start("--ledger", str(ledger)).wait_ready()
        # A file size limit is what a full disk looks like to the process.
        resource.prlimit(chain.process.pid, resource.RLIMIT_FSIZE, (ledger.stat().st_size + 10,) * 2)
        _, errors = chain.process.communicate(timeout=20)
        self.assertEqual(chain.process.returncode, 1)
        self.assertIn("cannot write to the ledger", errors)
        self.assertNotIn("Traceback", errors)
        self.start("--ledger", str(ledger)).wait_ready()

    def test_should_bound_the_body_of_a_request(self) -> None:
        chain = self.start().wait_ready()
        with self.assertRaises(urllib.error.HTTPError) as caught:
            chain.post(b" " * (BODY_BYTES_MAX + 1))
        self.assertEqual(caught.exception.code, 413)
        caught.exception.close()
        with self.assertRaises(urllib.error.HTTPError) as caught:
            chain.post(b"\xff")
        self.assertEqual(caught.exception.code, 400)
        caught.exception.close()
        self.assertEqual(chain.call("getHealth"), "ok")

    def test_should_answer_browsers_and_health_checks(self) -> None:
        chain = self.start().wait_ready()
        connection = http.client.HTTPConnection("127.0.0.1", chain.port, timeout=10)
        self.addCleanup(connection.close)
        for method, path, expected in (("OPTIONS", "/", 204), ("GET", "/health", 200), ("GET", "/", 405)):
            connection.request(method, path, headers={"Origin": "http://localhost:3002"})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual((answer.status, answer.getheader("Access-Control-Allow-Origin")), (expected, "*"))

    def test_should_open_slots_at_their_pace_and_cost_little_when_idle(self) -> None:
        chain = self.start(slot_ms=SLOT_MILLIS).wait_ready()
        started = time.monotonic()
        first, cpu = chain.call("getSlot", {"commitment": "processed"}), chain.cpu_seconds()
        idle = time.monotonic()
        wait_until(lambda: time.monotonic() - idle >= IDLE_SECONDS, "an idle while")
        share = (chain.cpu_seconds() - cpu) / (time.monotonic() - idle)
        self.assertLess(share, IDLE_CPU_SHARE_MAX)

        def slots() -> int:
            return chain.call("getSlot", {"commitment": "processed"}) - first

        wait_until(lambda: slots() >= SLOTS, f"{SLOTS} slots")
        # Slots that a pause of the machine cost are not made up for; one that is under way may be.
        self.assertLessEqual(slots(), (time.monotonic() - started) * 1_000 / SLOT_MILLIS + 2)
