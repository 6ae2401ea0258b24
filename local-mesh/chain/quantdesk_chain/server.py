"""The process around the chain: sockets, HTTP, the slot clock, start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import logging
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Awaitable, Callable, Optional

from aiohttp import web

from .chain import Chain, ChainSettings
from .dispatch import answer_text, chain_call
from .errors import ChainError, PortTakenError
from .genesis import Genesis, load_or_create_seed, random_seed
from .journal import Journal
from .websocket import SubscriptionHub, WebSocketEndpoint, WebSocketLimits

LISTEN_BACKLOG = 128
SHUTDOWN_TIMEOUT_SECONDS = 0.3
BODY_BYTES_MAX = 256 * 1024

CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
"""Public RPC nodes answer browsers from any origin, and so does this one."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServerSettings:
    """Everything the command line decides."""

    host: str
    port: int
    slot_seconds: float
    chain: ChainSettings
    genesis_seed_file: Optional[Path] = None
    ledger: Optional[Path] = None
    limits: WebSocketLimits = field(default_factory=WebSocketLimits)

    @property
    def ws_port(self) -> int:
        """The port clients expect the WebSocket at."""
        return self.port + 1


class Server:
    """Serves one chain over HTTP and WebSocket, both on both ports."""

    def __init__(self, chain: Chain, limits: WebSocketLimits) -> None:
        self._chain = chain
        self._call = chain_call(chain)
        hub = SubscriptionHub(chain, limits)
        chain.listener = hub
        self._endpoint = WebSocketEndpoint(hub, limits)
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def application(self) -> web.Application:
        """Returns the HTTP application."""
        application = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[self._stop_on_chain_error])
        application.router.add_get("/health", self._health)
        application.router.add_get("/", self._upgrade)
        application.router.add_post("/", self._rpc)
        application.router.add_options("/", self._preflight)
        application.on_shutdown.append(self._close_sockets)
        return application

    async def run(self, slot_seconds: float, stop: asyncio.Event) -> None:
        """Opens slots until told to stop; raises what made it impossible to go on."""
        clock = asyncio.create_task(self._open_slots(slot_seconds))
        stopping = asyncio.create_task(stop.wait())
        try:
            waited_for: set[asyncio.Future[Any]] = {clock, stopping, self._failure}
            done, _ = await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
            for finished in done:
                finished.result()
        finally:
            for task in (clock, stopping, self._failure):
                task.cancel()

    async def _open_slots(self, slot_seconds: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            # After a pause of the machine slots go on from now, instead of running through all that were missed.
            due = max(due + slot_seconds, loop.time())
            await asyncio.sleep(due - loop.time())
            self._chain.advance_slot()

    @web.middleware
    async def _stop_on_chain_error(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            return await handler(request)
        except ChainError as error:
            # The state in memory is ahead of the ledger file: nothing after this may be acknowledged.
            if not self._failure.done():
                self._failure.set_exception(error)
            return web.Response(status=500, text="the chain has to stop", headers=CORS_HEADERS)

    async def _rpc(self, request: web.Request) -> web.Response:
        try:
            text = (await request.read()).decode("utf-8")
        except UnicodeDecodeError:
            return web.Response(status=400, text="the body must be UTF-8 text", headers=CORS_HEADERS)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(
                status=413, text=f"the body is too large (max: {BODY_BYTES_MAX} bytes)", headers=CORS_HEADERS
            )
        if self._failure.done():
            return web.Response(status=503, text="the chain is stopping", headers=CORS_HEADERS)
        answer = answer_text(text, self._call)
        return web.Response(text=answer or "", content_type="application/json", headers=CORS_HEADERS)

    async def _upgrade(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._endpoint.handle(request)
        return web.Response(status=405, text="send JSON-RPC by POST, or upgrade to a WebSocket", headers=CORS_HEADERS)

    async def _health(self, request: web.Request) -> web.Response:
        return web.Response(text="ok", headers=CORS_HEADERS)

    async def _preflight(self, request: web.Request) -> web.Response:
        return web.Response(status=204, headers=CORS_HEADERS)

    async def _close_sockets(self, application: web.Application) -> None:
        await self._endpoint.close_all()


async def serve(settings: ServerSettings) -> None:
    """Runs the chain until SIGTERM or SIGINT; raises ChainError if it cannot start or go on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with contextlib.ExitStack() as resources:
        # Before the ledger is read: a second start by mistake should fail at once, and on the clearer reason.
        listeners = [
            resources.enter_context(contextlib.closing(_bind(settings.host, port)))
            for port in (settings.port, settings.ws_port)
        ]
        chain = _open_chain(settings)
        resources.callback(chain.close)
        server = Server(chain, settings.limits)
        runner = web.AppRunner(
            server.application(), access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_TIMEOUT_SECONDS
        )
        await runner.setup()
        try:
            for listener in listeners:
                await _listen(runner, listener)
            _announce(settings, chain)
            await server.run(settings.slot_seconds, stop)
        finally:
            await runner.cleanup()


def _open_chain(settings: ServerSettings) -> Chain:
    seed_file = settings.genesis_seed_file
    if seed_file is None and settings.ledger is not None:
        # A ledger is of no use without its seed, so the two lie side by side unless told otherwise.
        seed_file = settings.ledger.with_name(settings.ledger.name + ".seed")
    genesis = Genesis(load_or_create_seed(seed_file) if seed_file is not None else random_seed())
    journal = Journal(settings.ledger, str(genesis.hash)) if settings.ledger is not None else None
    try:
        return Chain(settings.chain, genesis, time.time, journal)
    except BaseException:
        if journal is not None:
            journal.close()
        raise


def _bind(host: str, port: int) -> socket.socket:
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise ChainError(f"{host} is not an address of this machine: {error}") from error
    listener = socket.socket(address[0], socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address[4])
    except OSError as error:
        listener.close()
        raise _bind_error(host, port, error) from error
    return listener


async def _listen(runner: web.AppRunner, listener: socket.socket) -> None:
    try:
        await web.SockSite(runner, listener, backlog=LISTEN_BACKLOG).start()
    except OSError as error:
        host, port = listener.getsockname()[:2]
        raise _bind_error(host, port, error) from error


def _bind_error(host: str, port: int, error: OSError) -> ChainError:
    if error.errno == errno.EADDRINUSE:
        return PortTakenError(
            f"port {port} on {host} is taken: stop the process that holds it, or choose another with --port"
        )
    return ChainError(f"cannot listen on {host}:{port}: {error.strerror}")


def _announce(settings: ServerSettings, chain: Chain) -> None:
    ready = {
        "event": "ready",
        "rpc_port": settings.port,
        "ws_port": settings.ws_port,
        "genesis_hash": str(chain.genesis.hash),
        "slot": chain.slot,
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
