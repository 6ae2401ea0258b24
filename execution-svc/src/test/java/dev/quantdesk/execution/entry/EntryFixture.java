package dev.quantdesk.execution.entry;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.price.PriceFeed;
import dev.quantdesk.execution.projection.AlgoRepository;
import dev.quantdesk.execution.projection.OrderRepository;
import dev.quantdesk.execution.projection.PostgresProjection;
import dev.quantdesk.execution.projection.Stores;
import dev.quantdesk.execution.view.AlgoHub;
import dev.quantdesk.execution.view.EngineScript;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.risk.v1.ReservationOutcome;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrderResponse;
import dev.quantdesk.proto.risk.v1.ReserveOrdersRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrdersResponse;
import io.vertx.core.MultiMap;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Order entry over a real engine, a real view and a real database, with a risk-svc whose answers the test decides. The tables
 * lag behind the engine until {@link #project()}.
 */
final class EntryFixture {
    static final Duration RISK_TIMEOUT = Duration.ofSeconds(2);

    final OrderHub hub = new OrderHub(OrderForm.MARKETS);
    final AlgoHub algoHub = new AlgoHub(OrderForm.MARKETS);
    final EngineScript script;
    final List<Command> commands = new CopyOnWriteArrayList<>();
    final List<ReserveOrderRequest> reservations = new CopyOnWriteArrayList<>();
    final OrderReader reader;
    final OrderEntry entry;
    final AlgoReader algoReader;
    final AlgoEntry algos;
    /** How risk-svc refuses, or null while it agrees to everything. */
    Reason riskRefuses;
    /** Happens while risk-svc is asked, once. */
    Runnable whileRiskIsAsked = () -> {};
    /** Takes the engine's place, or null. */
    OrderEntry.Engine instead;

    final RiskGate gate = new RiskGate(risk(), RISK_TIMEOUT);

    private final Stores stores = Stores.shared().emptied();
    private final PostgresProjection projection = new PostgresProjection(stores.writer());
    private int projected;
    private long lastSeed = -1;

    EntryFixture() {
        this(EngineLimits.DEFAULTS);
    }

    EntryFixture(EngineLimits limits) {
        this(limits, true);
    }

    EntryFixture(EngineLimits limits, boolean viewFollows) {
        script = viewFollows ? new EngineScript(limits, algoHub, hub) : new EngineScript(limits);
        reader = new OrderReader(hub, new OrderRepository(stores.reader(), OrderForm.MARKETS));
        InstantSource time = this::now;
        Clock clock = time.withZone(ZoneOffset.UTC);
        entry = new OrderEntry(
                OrderForm.MARKETS,
                OrderForm.PROGRAM,
                gate,
                this::submit,
                new PriceFeed(OrderForm.MARKETS, clock),
                AuctionSettings.ON_REQUEST,
                hub,
                reader,
                Telemetry.none(),
                clock);
        algoReader = new AlgoReader(algoHub, new AlgoRepository(stores.reader(), OrderForm.MARKETS), reader);
        algos = new AlgoEntry(
                OrderForm.MARKETS, OrderForm.PROGRAM, gate, entry, algoHub, algoReader, clock, () -> ++lastSeed);
    }

    private RiskGate.RiskService risk() {
        return new RiskGate.RiskService() {
            @Override
            public void reserveOrder(ReserveOrderRequest request, String identityToken, Duration timeout) {
                reserve(request, identityToken, timeout);
            }

            @Override
            public ReserveOrdersResponse reserveOrders(
                    ReserveOrdersRequest request, String identityToken, Duration timeout) {
                ReserveOrdersResponse.Builder response = ReserveOrdersResponse.newBuilder();
                for (ReserveOrderRequest order : request.getOrdersList()) {
                    reserve(order, identityToken, timeout);
                    response.addOutcomes(
                            ReservationOutcome.newBuilder().setReserved(ReserveOrderResponse.getDefaultInstance()));
                }
                return response.build();
            }
        };
    }

    private void reserve(ReserveOrderRequest request, String identityToken, Duration timeout) {
        reservations.add(request);
        Runnable meanwhile = whileRiskIsAsked;
        whileRiskIsAsked = () -> {};
        meanwhile.run();
        if (riskRefuses != null) {
            throw ApiException.refuse(riskRefuses, riskRefuses.meaning()).build();
        }
    }

    /** Limits of an engine that forgets a closed order as soon as the next one is closed. */
    static EngineLimits forgetful() {
        return limits(1, EngineLimits.DEFAULTS.positionLots());
    }

    static EngineLimits limits(int closedOrders, long positionLots) {
        EngineLimits usual = EngineLimits.DEFAULTS;
        return new EngineLimits(
                usual.openOrdersPerAccount(),
                usual.openOrders(),
                usual.ordersPerBook(),
                usual.liveIntentsPerSigner(),
                usual.liveIntents(),
                usual.intentLifeMillis(),
                closedOrders,
                usual.refusals(),
                usual.accounts(),
                usual.unsettledTrades(),
                positionLots);
    }

    private synchronized CompletableFuture<Reply> submit(Command command, Duration deadline) {
        commands.add(command);
        return instead != null
                ? instead.submit(command, deadline)
                : CompletableFuture.completedFuture(script.send(command));
    }

    /** Brings the tables up to date with the engine. */
    void project() {
        project(script.events().size());
    }

    /** Brings the tables as far as the event {@code sequence}. */
    void project(int sequence) {
        if (projected < sequence) {
            projection.accept(List.copyOf(script.events().subList(projected, sequence)));
            projected = sequence;
        }
    }

    /** A reader of the same memory and tables, where other members of the engine acknowledge too. */
    OrderReader readerWith(OrderReader.Barrier barrier) {
        return new OrderReader(hub, new OrderRepository(stores.reader(), OrderForm.MARKETS), barrier);
    }

    static Call call(KeyPair account) {
        return call(account, List.of());
    }

    static Call call(KeyPair account, List<Identity.Delegate> delegates) {
        return call(new Identity.Trader(account.publicKey(), "FREE", delegates));
    }

    static Call call(Identity.Trader trader) {
        return new Call(
                trader,
                "token of " + trader.account(),
                MultiMap.caseInsensitiveMultiMap(),
                MultiMap.caseInsensitiveMultiMap(),
                Long.MAX_VALUE);
    }

    OrderEntry.Placed place(OrderForm form) throws Exception {
        return entry.place(form.build(), call(OrderForm.ALICE));
    }

    OrderEntry.Placed placeAs(KeyPair account, OrderForm form) throws Exception {
        return entry.place(form.build(), call(account));
    }

    /** The order as it is shown. */
    Order shown(KeyPair account, String orderId) throws Exception {
        return reader.find(account.publicKey(), Long.parseLong(orderId)).orElseThrow();
    }

    /** The order as the tables have it. */
    Order stored(KeyPair account, String orderId) throws Exception {
        return new OrderRepository(stores.reader(), OrderForm.MARKETS)
                .find(account.publicKey(), Long.parseLong(orderId))
                .value()
                .orElseThrow();
    }

    Order cancel(KeyPair account, String orderId) throws Exception {
        return entry.cancel(CancelOrderRequest.newBuilder().setOrderId(orderId).build(), call(account));
    }

    Order cancelByName(KeyPair account, String clientOrderId) throws Exception {
        return entry.cancel(
                CancelOrderRequest.newBuilder().setClientOrderId(clientOrderId).build(), call(account));
    }

    /** The engine's time too. */
    private Instant now() {
        return Instant.ofEpochMilli(script.nowMillis());
    }
}
