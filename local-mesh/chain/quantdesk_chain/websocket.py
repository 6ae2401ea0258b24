"""Subscriptions over WebSocket: who asked for what, and the notifications the chain's events turn into."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Optional, Sequence

from aiohttp import WSCloseCode, WSMsgType, web
from solders.account import Account
from solders.pubkey import Pubkey

from .chain import Chain
from .commitment import Commitment
from .dispatch import answer_text
from .encoding import AccountFormat, account_json, parse_pubkey
from .errors import INVALID_PARAMS, METHOD_NOT_FOUND, RpcError, invalid_params
from .params import Params, as_config
from .rpc import account_filter, with_context
from .transactions import TransactionRecord

MESSAGE_BYTES_MAX = 16 * 1024
HEARTBEAT_SECONDS = 30.0
CLOSE_TIMEOUT_SECONDS = 0.3
"""How long a peer may take to answer a close frame: shutting down must not wait for it."""

Json = dict[str, Any]
Topic = tuple[str, Any]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebSocketLimits:
    """Bounds per server and connection."""

    connections_max: int = 64
    subscriptions_max: int = 128
    queued_messages_max: int = 1_024
    """Messages a client may lag behind before it is cut off."""


class Connection:
    """One client: its outgoing queue, and the subscriptions it holds."""

    def __init__(self, queued_messages_max: int, cut_off: Callable[[], None]) -> None:
        self.subscriptions: dict[int, Subscription] = {}
        self.queue: asyncio.Queue[str] = asyncio.Queue(queued_messages_max)
        self.is_open = True
        self._cut_off = cut_off

    def send(self, text: str) -> None:
        """Queues a message; a client that does not read is cut off instead of growing the queue."""
        if not self.is_open:
            return
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            log.warning("a WebSocket client fell %d messages behind and was cut off", self.queue.maxsize)
            self.is_open = False
            self._cut_off()


@dataclass(frozen=True)
class Subscription:
    """One subscription; the topic is what the hub finds it by."""

    id: int
    connection: Connection = field(repr=False)
    topic: Topic
    commitment: Commitment
    wanted: AccountFormat = AccountFormat()
    matches: Callable[[Account], bool] = lambda account: True


class SubscriptionHub:
    """All subscriptions, indexed by topic; listens to the chain. Lives on the event loop."""

    def __init__(self, chain: Chain, limits: WebSocketLimits) -> None:
        self._chain = chain
        self._limits = limits
        self._ids = itertools.count(1)
        self._by_topic: dict[Topic, dict[int, Subscription]] = {}

    # --- calls of a client -------------------------------------------------------------------------------------

    def handle_text(self, connection: Connection, text: str) -> None:
        """Answers one message of a client. The answer is queued before any notification it leads to."""
        added: list[Subscription] = []

        def call(method: str, params: Params) -> Any:
            if method in _UNSUBSCRIBE:
                return self._unsubscribe(connection, method, params)
            if method not in _SUBSCRIBE:
                raise RpcError(METHOD_NOT_FOUND, "Method not found")
            subscription = self._subscribe(connection, method, params)
            added.append(subscription)
            return subscription.id

        answer = answer_text(text, call)
        if answer is not None:
            connection.send(answer)
        for subscription in added:
            self._catch_up(subscription)

    def drop(self, connection: Connection) -> None:
        """Forgets a connection's subscriptions."""
        connection.is_open = False
        for subscription in list(connection.subscriptions.values()):
            self._remove(subscription)

    def _subscribe(self, connection: Connection, method: str, params: Params) -> Subscription:
        if len(connection.subscriptions) >= self._limits.subscriptions_max:
            raise RpcError(
                INVALID_PARAMS, f"too many subscriptions on this connection (max: {self._limits.subscriptions_max})"
            )
        subscription = _SUBSCRIBE[method](next(self._ids), connection, params)
        connection.subscriptions[subscription.id] = subscription
        self._by_topic.setdefault(subscription.topic, {})[subscription.id] = subscription
        return subscription

    def _unsubscribe(self, connection: Connection, method: str, params: Params) -> bool:
        subscription = connection.subscriptions.get(params.unsigned(0, "subscription id"))
        if subscription is None or subscription.topic[0] != method.removesuffix("Unsubscribe"):
            raise RpcError(INVALID_PARAMS, "Invalid subscription id.")
        self._remove(subscription)
        return True

    def _remove(self, subscription: Subscription) -> None:
        subscription.connection.subscriptions.pop(subscription.id, None)
        subscribers = self._by_topic.get(subscription.topic, {})
        subscribers.pop(subscription.id, None)
        if not subscribers:
            self._by_topic.pop(subscription.topic, None)

    def _catch_up(self, subscription: Subscription) -> None:
        """Tells a signature subscriber who came late what it would otherwise wait for forever."""
        kind, signature = subscription.topic
        if kind != "signature":
            return
        record = self._chain.history.get(signature)
        if record is not None and record.slot <= self._chain.slot_at(subscription.commitment):
            self._notify_signature(subscription, record)

    # --- events of the chain -----------------------------------------------------------------------------------

    def slot_opened(self, slot: int, finalized_slot: int) -> None:
        """Notifies slot subscribers."""
        for subscription in self._subscribers(("slot", None)):
            self._push(subscription, {"slot": slot, "parent": slot - 1, "root": finalized_slot})

    def transactions_reached(self, records: Sequence[TransactionRecord], commitment: Commitment) -> None:
        """Notifies everyone who waits for these transactions, or for what they changed, at this commitment."""
        for record in records:
            for subscription in self._subscribers(("signature", record.signature), commitment):
                self._notify_signature(subscription, record)
            self._notify_logs(record, commitment)
        # An account several transactions of the slot changed is notified once.
        written = dict.fromkeys(key for record in records for key in record.keys.writable)
        for key in written:
            self._notify_account(key, commitment)

    def _notify_signature(self, subscription: Subscription, record: TransactionRecord) -> None:
        self._remove(subscription)
        self._push_with_context(subscription, {"err": record.error})

    def _notify_logs(self, record: TransactionRecord, commitment: Commitment) -> None:
        topics = [("logs", None), *(("logs", address) for address in record.addresses())]
        if not any(topic in self._by_topic for topic in topics):
            return
        value = {"signature": record.signature, "err": record.error, "logs": record.outcome.logs}
        for topic in topics:
            for subscription in self._subscribers(topic, commitment):
                self._push_with_context(subscription, value)

    def _notify_account(self, key: Pubkey, commitment: Commitment) -> None:
        account = self._chain.account(key, commitment)
        for subscription in self._subscribers(("account", key), commitment):
            shown = account if account is not None else Account(0, b"", Pubkey.default())
            self._push_account(subscription, shown, None)
        if account is None:
            return
        for subscription in self._subscribers(("program", account.owner), commitment):
            if subscription.matches(account):
                self._push_account(subscription, account, key)

    def _push_account(self, subscription: Subscription, account: Account, key: Optional[Pubkey]) -> None:
        try:
            value: Any = account_json(account, subscription.wanted, self._chain.account)
        except RpcError as error:  # base58 asked for, and the account has grown too large for it
            log.warning("subscription %d: %s", subscription.id, error.message)
            return
        self._push_with_context(subscription, value if key is None else {"pubkey": str(key), "account": value})

    def _subscribers(self, topic: Topic, commitment: Optional[Commitment] = None) -> list[Subscription]:
        subscribers: Iterable[Subscription] = self._by_topic.get(topic, {}).values()
        return [each for each in subscribers if commitment is None or each.commitment is commitment]

    def _push_with_context(self, subscription: Subscription, value: Any) -> None:
        self._push(subscription, with_context(self._chain.slot_at(subscription.commitment), value))

    def _push(self, subscription: Subscription, result: Any) -> None:
        message = {
            "jsonrpc": "2.0",
            "method": f"{subscription.topic[0]}Notification",
            "params": {"result": result, "subscription": subscription.id},
        }
        subscription.connection.send(json.dumps(message))


def _subscribe_slot(number: int, connection: Connection, params: Params) -> Subscription:
    return Subscription(number, connection, ("slot", None), Commitment.PROCESSED)


def _subscribe_signature(number: int, connection: Connection, params: Params) -> Subscription:
    topic = ("signature", params.signature(0))
    return Subscription(number, connection, topic, params.config(1).commitment())


def _subscribe_account(number: int, connection: Connection, params: Params) -> Subscription:
    topic = ("account", params.pubkey(0, "address"))
    config = params.config(1)
    return Subscription(number, connection, topic, config.commitment(), config.account_format())


def _subscribe_program(number: int, connection: Connection, params: Params) -> Subscription:
    topic = ("program", params.pubkey(0, "program"))
    config = params.config(1)
    matches = account_filter(config)
    return Subscription(number, connection, topic, config.commitment(), config.account_format(), matches)


def _subscribe_logs(number: int, connection: Connection, params: Params) -> Subscription:
    return Subscription(number, connection, _logs_topic(params.required(0, "filter")), params.config(1).commitment())


def _logs_topic(wanted: Any) -> Topic:
    # There are no vote transactions here, so "all" and "allWithVotes" are the same.
    if wanted in ("all", "allWithVotes"):
        return "logs", None
    mentions = as_config(wanted, "the filter").items("mentions")
    if len(mentions) != 1:
        raise invalid_params("Only 1 address supported")
    return "logs", str(parse_pubkey(mentions[0]))


_SUBSCRIBE: dict[str, Callable[[int, Connection, Params], Subscription]] = {
    "slotSubscribe": _subscribe_slot,
    "signatureSubscribe": _subscribe_signature,
    "accountSubscribe": _subscribe_account,
    "programSubscribe": _subscribe_program,
    "logsSubscribe": _subscribe_logs,
}
_UNSUBSCRIBE = frozenset(method.replace("Subscribe", "Unsubscribe") for method in _SUBSCRIBE)


class WebSocketEndpoint:
    """Accepts WebSocket connections and moves messages between them and the hub."""

    def __init__(self, hub: SubscriptionHub, limits: WebSocketLimits) -> None:
        self._hub = hub
        self._limits = limits
        self._sockets: set[web.WebSocketResponse] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serves one connection until either side closes it."""
        if len(self._sockets) >= self._limits.connections_max:
            return web.Response(status=503, text=f"too many connections (max: {self._limits.connections_max})")
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_SECONDS, timeout=CLOSE_TIMEOUT_SECONDS, max_msg_size=MESSAGE_BYTES_MAX
        )
        transport = request.transport
        assert transport is not None, "a request being handled has a transport"
        self._sockets.add(socket)
        connection = Connection(self._limits.queued_messages_max, transport.abort)
        sender: Optional[asyncio.Task[None]] = None
        try:
            await socket.prepare(request)
            sender = asyncio.create_task(_send_queued(socket, connection.queue))
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    await socket.close(code=WSCloseCode.UNSUPPORTED_DATA, message=b"text messages only")
                    break
                self._hub.handle_text(connection, message.data)
        except ConnectionError:
            log.debug("a WebSocket client went away")
        finally:
            self._sockets.discard(socket)
            self._hub.drop(connection)
            if sender is not None:
                sender.cancel()
        return socket

    async def close_all(self) -> None:
        """Tells every client that the server goes away."""
        closing = [socket.close(code=WSCloseCode.GOING_AWAY, message=b"shutting down") for socket in self._sockets]
        await asyncio.gather(*closing, return_exceptions=True)


async def _send_queued(socket: web.WebSocketResponse, queue: asyncio.Queue[str]) -> None:
    try:
        while True:
            await socket.send_str(await queue.get())
    except ConnectionError:
        log.debug("a WebSocket client went away while being written to")
