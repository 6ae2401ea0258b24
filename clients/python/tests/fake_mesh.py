"""A mesh in this process that speaks gRPC over a real socket. A test says what it answers, and how it misbehaves."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2, status_pb2
from quantdesk import AsyncClient, Client
from quantdesk._gen.auth.v1 import account_service_pb2_grpc as account_grpc
from quantdesk._gen.auth.v1 import session_service_pb2_grpc as session_grpc
from quantdesk._gen.execution.v1 import order_service_pb2_grpc as order_grpc
from quantdesk._gen.marketdata.v1 import market_data_service_pb2 as market_pb
from quantdesk._gen.marketdata.v1 import market_data_service_pb2_grpc as market_grpc
from quantdesk._gen.risk.v1 import collateral_service_pb2_grpc as collateral_grpc
from quantdesk._gen.risk.v1 import risk_service_pb2_grpc as risk_grpc
from quantdesk.book import checksum

SOL = market_pb.Market(
    symbol="SOL-PERP",
    tick_size="0.01",
    lot_size="0.1",
    min_quantity="0.1",
    max_quantity="10000",
    initial_margin_fraction="0.1",
    maintenance_margin_fraction="0.05",
    intent_domain=bytes(range(0xA0, 0xAE)),
)


def now():
    return Timestamp(nanos=0, seconds=int(time.time()))


class Refused(Exception):
    """A refusal in the form that the mesh gives it; without a reason, one from somewhere else."""

    def __init__(self, code, reason="", *, message="no", metadata=None, fields=None, retry_s=None, trailing=()):
        super().__init__(message)
        self.code = code
        self.details = []
        self.trailing = trailing
        self.message = message
        if reason:
            self.details.append(
                error_details_pb2.ErrorInfo(reason=reason, domain="quantdesk", metadata=metadata or {})
            )
        if fields:
            violations = [
                error_details_pb2.BadRequest.FieldViolation(field=name, description=rule) for name, rule in fields.items()
            ]
            self.details.append(error_details_pb2.BadRequest(field_violations=violations))
        if retry_s is not None:
            self.details.append(error_details_pb2.RetryInfo(retry_delay=Duration(seconds=retry_s)))

    def abort(self, context):
        status = status_pb2.Status(code=self.code.value[0], message=self.message)
        for detail in self.details:
            packed = Any()
            packed.Pack(detail)
            status.details.append(packed)
        details = [("grpc-status-details-bin", status.SerializeToString())] if self.details else []
        context.set_trailing_metadata((*details, *self.trailing))
        context.abort(self.code, self.message)


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s

    def passes(self, seconds):
        self.now_s += seconds


class FakeMesh:
    """`mesh.answers["GetOrder"] = function(request, context)`; a stream's function yields."""

    def __init__(self):
        self.answers = {"ListMarkets": lambda *_: market_pb.ListMarketsResponse(markets=[SOL], server_time=now())}
        self.calls = []
        self._server = None
        self.port = 0

    def start(self):
        self._server = grpc.server(ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        for module, name in (
            (account_grpc, "AccountService"),
            (session_grpc, "SessionService"),
            (order_grpc, "OrderService"),
            (market_grpc, "MarketDataService"),
            (collateral_grpc, "CollateralService"),
            (risk_grpc, "RiskService"),
        ):
            servicer = getattr(module, f"{name}Servicer")
            methods = {each: self._method(each) for each in vars(servicer) if each[0].isupper()}
            getattr(module, f"add_{name}Servicer_to_server")(type(name, (servicer,), methods)(), self._server)
        self.port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        self._server.start()
        return self

    def stop(self):
        self._server.stop(None).wait()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def requests(self, method):
        return [request for name, request, _ in self.calls if name == method]

    def metadata(self, method):
        return [metadata for name, _, metadata in self.calls if name == method]

    def _method(self, name):
        def answer(_, request, context):
            self.calls.append((name, request, dict(context.invocation_metadata())))
            try:
                return self.answers[name](request, context)
            except Refused as refused:
                refused.abort(context)

        def stream(_, request, context):
            self.calls.append((name, request, dict(context.invocation_metadata())))
            try:
                yield from self.answers[name](request, context)
            except Refused as refused:
                refused.abort(context)

        return stream if name.startswith("Stream") else answer


def until_gone(context):
    """Keeps a stream open until its reader has left."""
    while context.is_active():
        time.sleep(0.01)


class Desk:
    """Either client behind one face, so that each test holds both to the same."""

    def __init__(self, kind, address, settings, token, **options):
        self._loop = None
        if kind == "sync":
            self._client = Client(address, settings=settings, token=token, **options)
            return
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

        async def make():
            return AsyncClient(address, settings=settings, token=token, **options)

        self._client = self._await(make())

    def _await(self, awaitable):
        async def wait():
            return await awaitable

        return asyncio.run_coroutine_threadsafe(wait(), self._loop).result(60)

    def resolve(self, unknown):
        resolved = unknown.resolve()
        return self._await(resolved) if self._loop else resolved

    def close(self):
        done = self._client.close()
        if self._loop:
            self._await(done)
            self._loop.call_soon_threadsafe(self._loop.stop)

    def __getattr__(self, name):
        found = getattr(self._client, name)
        if not self._loop or not callable(found):
            return found
        if name.startswith("stream_"):
            return lambda *args, **named: self._iterate(found(*args, **named))
        return lambda *args, **named: self._await(found(*args, **named))

    def _iterate(self, events):
        try:
            while True:
                try:
                    yield self._await(events.__anext__())
                except StopAsyncIteration:
                    return
        finally:
            self._await(events.aclose())


class BookTape:
    """Messages of a book as the mesh sends them, from two sides of texts."""

    def __init__(self, sequence=7, epoch=1):
        self.sequence, self.epoch = sequence, epoch
        self.asks = {"150.02": "5", "150.03": "1.5"}
        self.bids = {"150.01": "2", "149.99": "40"}

    def checksum(self):
        asks = sorted(self.asks.items(), key=lambda level: float(level[0]))
        bids = sorted(self.bids.items(), key=lambda level: -float(level[0]))
        return checksum(asks, bids)

    def snapshot(self):
        return market_pb.StreamOrderBookResponse(
            snapshot=market_pb.OrderBook(
                market="SOL-PERP",
                sequence=self.sequence,
                epoch=self.epoch,
                bids=[market_pb.PriceLevel(price=price, quantity=quantity) for price, quantity in self.bids.items()],
                asks=[market_pb.PriceLevel(price=price, quantity=quantity) for price, quantity in self.asks.items()],
                checksum=self.checksum(),
            ),
            server_time=now(),
        )

    def update(self, bids=(), asks=()):
        for side, changes in ((self.bids, bids), (self.asks, asks)):
            for price, quantity in changes:
                side.pop(price, None)
                if quantity != "0":
                    side[price] = quantity
        self.sequence += 1
        return market_pb.StreamOrderBookResponse(
            update=market_pb.OrderBookUpdate(
                market="SOL-PERP",
                sequence=self.sequence,
                epoch=self.epoch,
                bids=[market_pb.PriceLevel(price=price, quantity=quantity) for price, quantity in bids],
                asks=[market_pb.PriceLevel(price=price, quantity=quantity) for price, quantity in asks],
                checksum=self.checksum(),
            ),
            server_time=now(),
        )
