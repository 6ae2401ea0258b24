"""Subscriptions against a real server: each kind, its commitment, its bounds, and clients that misbehave."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Awaitable, Callable

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from solders.hash import Hash
from solders.keypair import Keypair

from quantdesk_chain.errors import INVALID_PARAMS, METHOD_NOT_FOUND, PARSE_ERROR
from support import (
    SOL,
    ChainProcess,
    ChainTestCase,
    Refused,
    memo,
    pay,
    request,
    result_of,
    send_config,
    transaction,
    wait_until,
    within,
    wire,
)

SYSTEM_PROGRAM = "11111111111111111111111111111111"
SUBSCRIPTIONS_MAX = 8
CONNECTIONS_MAX = 4
QUEUED_MESSAGES_MAX = 64


class Client:
    """A WebSocket client that keeps answers and notifications apart."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self._notifications: list[dict[str, Any]] = []
        self._requests = 0

    async def call(self, method: str, *params: Any) -> Any:
        """Calls a method; raises Refused if it is answered with an error."""
        self._requests += 1
        await self.socket.send_str(json.dumps(request(method, params, self._requests)))
        while True:
            message = await self._receive()
            if message.get("id") == self._requests:
                return result_of(message)
            self._notifications.append(message)

    async def notification(self, subscription: int) -> Any:
        """Returns the next notification of a subscription."""
        while True:
            for index, message in enumerate(self._notifications):
                if message["params"]["subscription"] == subscription:
                    return self._notifications.pop(index)["params"]["result"]
            self._notifications.append(await self._receive())

    async def _receive(self) -> dict[str, Any]:
        return json.loads(await within(self.socket.receive_str()))


class WebSocketTest(ChainTestCase):
    def setUp(self) -> None:
        self.chain = ChainProcess(
            "--ws-subscriptions-max",
            str(SUBSCRIPTIONS_MAX),
            "--ws-connections-max",
            str(CONNECTIONS_MAX),
            "--ws-queued-messages-max",
            str(QUEUED_MESSAGES_MAX),
        ).wait_ready()
        self.addCleanup(self.chain.close)
        self.payer = Keypair()
        address = str(self.payer.pubkey())
        self.chain.call("requestAirdrop", address, 100 * SOL)
        # Until it is confirmed, the airdrop itself would be notified to new subscribers.
        confirmed = {"commitment": "confirmed"}
        wait_until(lambda: self.chain.call("getBalance", address, confirmed)["value"] > 0, "the airdrop")

    def with_client(self, scenario: Callable[[Client], Awaitable[None]], port_offset: int = 1) -> None:
        async def run() -> None:
            async with ClientSession() as session:
                async with session.ws_connect(f"http://127.0.0.1:{self.chain.port + port_offset}/") as socket:
                    await scenario(Client(socket))

        asyncio.run(run())

    def payment(self, receiver: Any) -> Any:
        latest = self.chain.call("getLatestBlockhash", {"commitment": "processed"})["value"]["blockhash"]
        return transaction(self.payer, Hash.from_string(latest), pay(self.payer, receiver), memo("paid"))

    def send(self, payment: Any) -> str:
        return self.chain.call("sendTransaction", wire(payment), send_config())

    def test_should_announce_slots_in_sequence_on_either_port(self) -> None:
        async def scenario(client: Client) -> None:
            subscription = await client.call("slotSubscribe")
            slots = [await client.notification(subscription) for _ in range(3)]
            self.assertEqual([each["slot"] - slots[0]["slot"] for each in slots], [0, 1, 2])
            self.assertEqual([each["slot"] - each["parent"] for each in slots], [1, 1, 1])

        for port_offset in (0, 1):
            self.with_client(scenario, port_offset)

    def test_should_notify_a_signature_once_at_its_commitment(self) -> None:
        async def scenario(client: Client) -> None:
            payment = self.payment(Keypair().pubkey())
            signature = str(payment.signatures[0])
            subscriptions = [
                await client.call("signatureSubscribe", signature, {"commitment": commitment})
                for commitment in ("processed", "confirmed", "finalized")
            ]
            self.send(payment)
            slots = []
            for subscription in subscriptions:
                notification = await client.notification(subscription)
                self.assertEqual(notification["value"], {"err": None})
                slots.append(notification["context"]["slot"])
            self.assertEqual(slots, [slots[0]] * 3, "each view's slot is the transaction's when it gets there")
            with self.assertRaises(Refused):
                await client.call("signatureUnsubscribe", subscriptions[0])

        self.with_client(scenario)

    def test_should_notify_a_signature_that_is_already_there(self) -> None:
        async def scenario(client: Client) -> None:
            signature = self.send(self.payment(Keypair().pubkey()))
            subscription = await client.call("signatureSubscribe", signature, {"commitment": "processed"})
            self.assertEqual((await client.notification(subscription))["value"], {"err": None})

        self.with_client(scenario)

    def test_should_notify_account_program_and_logs(self) -> None:
        async def scenario(client: Client) -> None:
            receiver = Keypair().pubkey()
            config = {"commitment": "confirmed", "encoding": "base64"}
            account = await client.call("accountSubscribe", str(receiver), config)
            program = await client.call("programSubscribe", SYSTEM_PROGRAM, config)
            mentions = await client.call("logsSubscribe", {"mentions": [str(receiver)]}, config)
            everything = await client.call("logsSubscribe", "all", config)
            other = await client.call("accountSubscribe", str(Keypair().pubkey()), config)
            signature = self.send(self.payment(receiver))

            self.assertEqual((await client.notification(account))["value"]["lamports"], SOL)
            changed = {(await client.notification(program))["value"]["pubkey"] for _ in range(2)}
            self.assertEqual(changed, {str(receiver), str(self.payer.pubkey())})
            for subscription in (mentions, everything):
                value = (await client.notification(subscription))["value"]
                self.assertEqual((value["signature"], value["err"]), (signature, None))
                self.assertIn("Program log: paid", value["logs"])
            self.assertFalse([m for m in client._notifications if m["params"]["subscription"] == other])

        self.with_client(scenario)

    def test_should_stop_notifying_after_unsubscribing(self) -> None:
        async def scenario(client: Client) -> None:
            subscription = await client.call("slotSubscribe")
            await client.notification(subscription)
            self.assertIs(await client.call("slotUnsubscribe", subscription), True)
            client._notifications.clear()
            start = self.chain.call("getSlot", {"commitment": "processed"})
            wait_until(lambda: self.chain.call("getSlot", {"commitment": "processed"}) > start + 3, "slots to pass")
            with self.assertRaises(Refused):
                await client.call("slotUnsubscribe", subscription)
            self.assertEqual(client._notifications, [])

        self.with_client(scenario)

    def test_should_refuse_what_it_cannot_subscribe_to(self) -> None:
        cases = [
            (METHOD_NOT_FOUND, "blockSubscribe", []),
            (METHOD_NOT_FOUND, "getSlot", []),
            (INVALID_PARAMS, "accountSubscribe", ["nobody"]),
            (INVALID_PARAMS, "accountSubscribe", []),
            (INVALID_PARAMS, "signatureSubscribe", ["xyz"]),
            (INVALID_PARAMS, "logsSubscribe", [{"mentions": []}]),
            (INVALID_PARAMS, "logsSubscribe", ["some"]),
            (INVALID_PARAMS, "programSubscribe", [SYSTEM_PROGRAM, {"filters": [{}]}]),
            (INVALID_PARAMS, "slotUnsubscribe", [999_999]),
            (INVALID_PARAMS, "slotUnsubscribe", ["x"]),
        ]

        async def scenario(client: Client) -> None:
            for code, method, params in cases:
                with self.subTest(f"{method} {params}"):
                    with self.assertRaises(Refused) as caught:
                        await client.call(method, *params)
                    self.assertEqual(caught.exception.error["code"], code)
            await client.socket.send_str("{")
            self.assertEqual((await client._receive())["error"]["code"], PARSE_ERROR)
            await client.socket.send_str('{"jsonrpc":"2.0","method":"ping"}')
            self.assertGreater(await client.call("slotSubscribe"), 0)

        self.with_client(scenario)

    def test_should_not_let_one_client_end_anothers_subscription(self) -> None:
        async def scenario(client: Client) -> None:
            subscription = await client.call("slotSubscribe")
            async with ClientSession() as session:
                async with session.ws_connect(f"http://127.0.0.1:{self.chain.port}/") as socket:
                    with self.assertRaises(Refused):
                        await Client(socket).call("slotUnsubscribe", subscription)
            await client.notification(subscription)

        self.with_client(scenario)

    def test_should_bound_the_subscriptions_of_a_connection(self) -> None:
        async def scenario(client: Client) -> None:
            for _ in range(SUBSCRIPTIONS_MAX):
                last = await client.call("slotSubscribe")
            with self.assertRaisesRegex(Refused, "too many subscriptions"):
                await client.call("slotSubscribe")
            await client.call("slotUnsubscribe", last)
            await client.call("slotSubscribe")

        self.with_client(scenario)

    def test_should_bound_connections_and_free_those_that_close(self) -> None:
        async def scenario() -> None:
            url = f"http://127.0.0.1:{self.chain.port}/"
            async with ClientSession() as session:
                sockets = [await session.ws_connect(url) for _ in range(CONNECTIONS_MAX)]
                with self.assertRaises(WSServerHandshakeError) as caught:
                    await session.ws_connect(url)
                self.assertEqual(caught.exception.status, 503)
                await sockets[0].close()
                replacement = Client(await within(self.reconnect(session, url)))
                self.assertGreater(await replacement.call("slotSubscribe"), 0)

        asyncio.run(scenario())

    async def reconnect(self, session: ClientSession, url: str) -> ClientWebSocketResponse:
        while True:
            try:
                return await session.ws_connect(url)
            except WSServerHandshakeError:
                await asyncio.sleep(0.01)

    def test_should_close_a_connection_that_sends_binary_or_too_much(self) -> None:
        async def scenario(client: Client) -> None:
            await client.socket.send_bytes(b"\0")
            self.assertEqual((await within(client.socket.receive())).type, WSMsgType.CLOSE)

        async def flood(client: Client) -> None:
            await client.socket.send_str("x" * 100_000)
            self.assertIn((await within(client.socket.receive())).type, (WSMsgType.CLOSE, WSMsgType.CLOSED))

        self.with_client(scenario)
        self.with_client(flood)

    def test_should_cut_off_a_client_that_does_not_read(self) -> None:
        async def scenario() -> None:
            host, port = "127.0.0.1", self.chain.port
            reader, writer = await asyncio.open_connection(host, port, limit=1_024)
            handshake = (
                f"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            writer.write(handshake.encode())
            await within(reader.readuntil(b"\r\n\r\n"))
            # Answers repeat the id, so that few requests fill the buffers between the two processes.
            call = {**request("nothing", []), "id": "x" * 8_000}
            frame = text_frame(json.dumps(call))

            async def flood() -> None:
                while True:
                    writer.write(frame)
                    await writer.drain()

            with self.assertRaises(ConnectionError):
                await within(flood())
            self.assertTrue(self.chain.call("getHealth"))

        asyncio.run(scenario())
        self.chain.terminate()
        self.assertIn(f"fell {QUEUED_MESSAGES_MAX} messages behind", self.chain.process.stderr.read())


def text_frame(text: str) -> bytes:
    """Returns a client's text frame with a zero mask, which leaves the payload as it is."""
    payload = text.encode()
    return b"\x81\xfe" + len(payload).to_bytes(2, "big") + bytes(4) + payload
