package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.EngineEvent;
import dev.quantdesk.execution.engine.EngineLimits;
import dev.quantdesk.execution.engine.MarketRules;
import dev.quantdesk.execution.engine.OrderEngine;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.SelfTradePrevention;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.settlement.SolanaException.Kind;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against the real local chain, which the payer asks for lamports. */
@Timeout(120)
class RealChainSettlementTest {
    private static final int ORDERS_PER_SIDE = 12;

    private static LocalChain chain;
    private static String genesisHash;

    private final SolanajNode node = node();

    @BeforeAll
    static void startChain() throws IOException, SolanaException {
        chain = LocalChain.start();
        genesisHash = node().genesisHash();
    }

    private static SolanajNode node() {
        return new SolanajNode(chain.url(), SolanajNode.boundedHttpClient(), Telemetry.none());
    }

    @AfterAll
    static void stopChain() {
        chain.close();
    }

    @Test
    void shouldSettleEveryOrderOnTheRealRuntime() throws Exception {
        try (Mesh mesh = new Mesh(2 * ORDERS_PER_SIDE)) {
            for (int i = 0; i < ORDERS_PER_SIDE; i++) {
                mesh.place(2 * i, Side.BUY, i, false);
                mesh.place(2 * i + 1, Side.SELL, i, false);
            }

            assertTrue(mesh.settled.await(60, TimeUnit.SECONDS), "not settled within a minute");
            String signature = mesh.lastSignature;
            Optional<SolanaNode.Status> status =
                    node.statuses(List.of(signature), true).byOrder().getFirst();
            assertTrue(status.orElseThrow().confirmed());
            assertEquals(Optional.empty(), status.get().error());
        }
    }

    @Test
    void shouldSettleTheOthersWhenOneSignatureIsForged() throws Exception {
        try (Mesh mesh = new Mesh(4)) {
            mesh.place(0, Side.BUY, 1, false);
            mesh.place(1, Side.SELL, 1, false);
            mesh.place(2, Side.BUY, 2, false);
            mesh.place(3, Side.SELL, 2, true);
            mesh.place(4, Side.BUY, 3, false);
            mesh.place(5, Side.SELL, 3, false);

            assertTrue(mesh.settled.await(60, TimeUnit.SECONDS), "not settled within a minute");
            assertFalse(mesh.settledOrders.contains("order-2-SELL"));
        }
    }

    @Test
    void shouldSettleOrdersOfBatchesOnTheRealRuntime() throws Exception {
        int size = SignedIntent.BATCH_MAX;
        try (Mesh mesh = new Mesh(2 * size)) {
            List<SignedIntent> buys = batch(20, Side.BUY, size);
            List<SignedIntent> sells = batch(21, Side.SELL, size);
            for (int i = 0; i < size; i++) {
                mesh.place(20, Side.BUY, i, buys.get(i));
                mesh.place(21, Side.SELL, i, sells.get(i));
            }

            assertTrue(mesh.settled.await(60, TimeUnit.SECONDS), "not settled within a minute");
        }
    }

    private static List<SignedIntent> batch(int trader, Side side, int size) {
        long expiry = System.currentTimeMillis() / 1_000 + 86_400;
        List<SignedIntent> alone = new ArrayList<>();
        ByteBuffer signed = ByteBuffer.allocate(size * SignedIntent.LENGTH);
        for (int i = 0; i < size; i++) {
            alone.add(Traders.intent(trader, i, side, 650, 1, expiry));
            signed.put(alone.get(i).bytes());
        }
        byte[] signature = Traders.trader(trader).sign(signed.array());
        return alone.stream()
                .map(intent -> Traders.ofBatch(intent, signature, signed.array()))
                .toList();
    }

    @Test
    void shouldTellRefusalsApartWhenSending() throws Exception {
        SolanaNode.Blockhash blockhash = node.latestBlockhash();
        Fill fill = Traders.fill(1, Traders.order(0, 0), Traders.order(1, 1));
        PayerKey poor = PayerKey.parse(Base58.encode(java.nio.ByteBuffer.allocate(64)
                .put(Traders.trader(77).seed())
                .put(Traders.trader(77).publicKey().toBytes())
                .array()));
        SettlementTransaction unfunded = SettlementTransaction.build(List.of(fill), blockhash, poor);
        SettlementTransaction stale = SettlementTransaction.build(
                List.of(fill), new SolanaNode.Blockhash(new PublicKey(1, 2, 3, 4).toString(), 1, 1), Traders.payer());

        assertEquals(Kind.UNFUNDED, refusal(unfunded.wire()));
        assertEquals(Kind.BLOCKHASH_UNKNOWN, refusal(stale.wire()));
        assertEquals(Kind.REJECTED, refusal(new byte[] {1, 2, 3}));
        byte[] forged = unfunded.wire().clone();
        forged[5] ^= 1;
        assertEquals(Kind.REJECTED, refusal(forged));
        assertFalse(node.genesisHash().isEmpty());
        assertTrue(node.finalizedBlockHeight() >= 0);
    }

    private Kind refusal(byte[] wire) {
        SolanaException refused = assertThrows(SolanaException.class, () -> node.send(wire, true));
        System.out.println(refused.kind() + ": " + refused.getMessage());
        return refused.kind();
    }

    /** A worker on a real engine with a thread of its own, which stands for the log. */
    private final class Mesh implements SettlementLog, AutoCloseable {
        final CountDownLatch settled;
        final List<String> settledOrders = new java.util.concurrent.CopyOnWriteArrayList<>();
        volatile String lastSignature;

        private final OrderEngine engine =
                new OrderEngine(List.of(new MarketRules(1, 1, 1 << 20, 1 << 20)), EngineLimits.DEFAULTS);
        private final ExecutorService engineThread = Executors.newSingleThreadExecutor();
        private final SettlementWorker worker = new SettlementWorker(
                SettlementConfig.defaults(genesisHash),
                this,
                node,
                Traders.payer(),
                Telemetry.none(),
                new PrometheusRegistry());

        Mesh(int orders) {
            settled = new CountDownLatch(orders);
            worker.start();
        }

        void place(int trader, Side side, long nonce, boolean forged) throws Exception {
            SignedIntent intent =
                    Traders.intent(trader, nonce, side, 650, 1, System.currentTimeMillis() / 1_000 + 86_400);
            if (forged) {
                byte[] signature = intent.signature().clone();
                signature[40] ^= 1;
                intent = new SignedIntent(
                        intent.bytes(), signature, intent.signer(), intent.nonce(), intent.expirySeconds());
            }
            place(trader, side, nonce, intent);
        }

        void place(int trader, Side side, long nonce, SignedIntent intent) throws Exception {
            Reply reply = submit(new Command.PlaceOrder(
                            Traders.trader(trader).publicKey(),
                            "order-" + nonce + "-" + side,
                            1,
                            side,
                            OrderType.LIMIT,
                            TimeInForce.GTC,
                            PostOnly.NO,
                            false,
                            SelfTradePrevention.EXPIRE_TAKER,
                            650,
                            1,
                            0,
                            Trigger.NONE,
                            Peg.NONE,
                            intent,
                            Command.NO_RESERVATION,
                            TraceParent.NONE))
                    .get(10, TimeUnit.SECONDS);
            assertTrue(reply instanceof Reply.Accepted, reply::toString);
        }

        @Override
        public CompletableFuture<Reply> submit(Command command) {
            return CompletableFuture.supplyAsync(
                    () -> engine.apply(command, System.currentTimeMillis(), this::onEvent), engineThread);
        }

        private void onEvent(EngineEvent event) {
            worker.onEvent(event, false);
            if (event instanceof EngineEvent.OrderSettled order) {
                lastSignature = Base58.encode(order.signature());
                settledOrders.add(order.ref().clientOrderId());
                settled.countDown();
            }
        }

        @Override
        public boolean isLive() {
            return true;
        }

        @Override
        public void close() {
            worker.close();
            engineThread.shutdown();
        }
    }
}
