package dev.quantdesk.execution.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.DepthLevel;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What must hold whatever is sent. Run one seed again with {@code -Dengine.seed=…}. */
@Timeout(30)
class EnginePropertyTest {
    private static final int SEEDS = 100;
    private static final int COMMANDS = 300;

    private final long firstSeed = Long.getLong("engine.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private final int seeds = System.getProperty("engine.seed") == null ? SEEDS : 1;

    private long trailing;
    private long pegged;
    private long fired;
    private long withoutPrice;

    private interface Property {
        void check(RandomCommands random);
    }

    private void forEachSeed(Property property) {
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            try {
                property.check(new RandomCommands(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("fails with -Dengine.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void shouldTradeAsTheReferenceDoes() {
        forEachSeed(random -> {
            EngineFixture fixture = new EngineFixture();
            ReferenceExchange reference = new ReferenceExchange();
            for (int i = 0; i < COMMANDS; i++) {
                if (random.random().nextInt(6) == 0) {
                    Command.CancelOrder cancel = random.cancel(reference.lastId);
                    if (fixture.send(cancel) instanceof Reply.Cancelled) {
                        reference.cancel(cancel.orderId());
                    }
                } else {
                    compare(fixture, reference, random.order());
                }
                compareBooks(fixture, reference, Side.BUY);
                compareBooks(fixture, reference, Side.SELL);
            }
        });
    }

    private static void compare(EngineFixture fixture, ReferenceExchange reference, Command.PlaceOrder order) {
        reference.fills.clear();
        Reply reply = fixture.send(order);
        Optional<ReferenceExchange.Order> expected = reference.place(order);
        assertEquals(expected.isPresent(), reply instanceof Reply.Accepted, () -> order + " gave " + reply);
        List<ReferenceExchange.Fill> fills = fixture.newEvents().stream()
                .filter(EngineEvent.Trade.class::isInstance)
                .map(EngineEvent.Trade.class::cast)
                .map(trade -> new ReferenceExchange.Fill(
                        trade.maker().orderId(), trade.taker().orderId(), trade.priceTicks(), trade.lots()))
                .toList();
        assertEquals(reference.fills, fills);
        if (expected.isPresent()) {
            OrderState state = assertInstanceOf(Reply.Accepted.class, reply).state();
            assertEquals(expected.get().id, state.orderId());
            assertEquals(expected.get().filled, state.filledLots());
        }
        for (PublicKey account : reference.positions.keySet()) {
            assertEquals(reference.positions.get(account), fixture.engine.positionLots(account, Orders.MARKET));
        }
    }

    private static void compareBooks(EngineFixture fixture, ReferenceExchange reference, Side side) {
        Map<Long, Long> expected = reference.resting.stream()
                .filter(order -> order.terms.side() == side)
                .collect(Collectors.groupingBy(order -> order.price, Collectors.summingLong(order -> order.remaining)));
        Map<Long, Long> actual = fixture.engine.depth(Orders.MARKET, side, 100).stream()
                .collect(Collectors.toMap(DepthLevel::priceTicks, DepthLevel::lots));
        assertEquals(expected, actual);
    }

    @Test
    void shouldKeepItsPromisesWhateverIsSent() {
        forEachSeed(random -> {
            EngineFixture fixture = new EngineFixture();
            long orders = 0;
            long trades = 0;
            for (int i = 0; i < COMMANDS; i++) {
                fixture.nowMillis += random.random().nextInt(400);
                fixture.send(random.any(orders, trades, fixture.nowMillis));
                for (EngineEvent event : fixture.newEvents()) {
                    random.seen(event);
                    orders += event instanceof EngineEvent.OrderAccepted || event instanceof EngineEvent.AlgoAccepted
                            ? 1
                            : 0;
                    trades += event instanceof EngineEvent.Trade ? 1 : 0;
                }
                assertNotCrossed(fixture);
            }
            checkEvents(fixture);
            AlgoPromises.check(fixture.events);
            countPriced(fixture);
        });
        if (seeds > 1) {
            assertTrue(trailing > 5 * seeds, trailing + " trailing stops only");
            assertTrue(pegged > 5 * seeds, pegged + " pegged orders only");
            assertTrue(fired > 8 * seeds, fired + " triggers fired only");
            assertTrue(withoutPrice > seeds, withoutPrice + " refused for want of a price only");
        }
    }

    private void countPriced(EngineFixture fixture) {
        for (EngineEvent.OrderAccepted accepted : fixture.events(EngineEvent.OrderAccepted.class)) {
            trailing += accepted.order().trigger().trails() ? 1 : 0;
            pegged += accepted.order().peg().follows() ? 1 : 0;
        }
        fired += fixture.events(EngineEvent.TriggerDecided.class).stream()
                .filter(EngineEvent.TriggerDecided::fired)
                .count();
        withoutPrice += fixture.events(EngineEvent.OrderRefused.class).stream()
                .filter(refused -> refused.reason() == RefusalReason.REFERENCE_PRICE_UNKNOWN)
                .count();
    }

    private static void assertNotCrossed(EngineFixture fixture) {
        List<DepthLevel> bids = fixture.engine.depth(Orders.MARKET, Side.BUY, 1);
        List<DepthLevel> asks = fixture.engine.depth(Orders.MARKET, Side.SELL, 1);
        if (!bids.isEmpty() && !asks.isEmpty()) {
            assertTrue(bids.getFirst().priceTicks() < asks.getFirst().priceTicks(), "crossed book");
        }
    }

    /** Replays the events as a projection would, and checks every promise they make. */
    private static void checkEvents(EngineFixture fixture) {
        Map<Long, Command.PlaceOrder> orders = new HashMap<>();
        Map<Long, Long> openLots = new HashMap<>();
        Map<PublicKey, Long> positions = new HashMap<>();
        Set<Long> waiting = new HashSet<>();
        Set<Long> pending = new HashSet<>();
        Set<Long> inAuction = new HashSet<>();
        Map<Long, Set<Long>> quotes = new HashMap<>();
        Set<Long> over = new HashSet<>();
        long time = 0;
        for (EngineEvent event : fixture.events) {
            assertTrue(event.timeMillis() >= time, "time went back");
            time = event.timeMillis();
            switch (event) {
                case EngineEvent.OrderAccepted accepted -> {
                    orders.put(accepted.ref().orderId(), accepted.order());
                    openLots.put(accepted.ref().orderId(), accepted.order().quantityLots());
                    if (accepted.order().trigger().waits()) {
                        waiting.add(accepted.ref().orderId());
                    }
                    if (accepted.leg().startsPending()) {
                        pending.add(accepted.ref().orderId());
                    }
                }
                case EngineEvent.OrderAmended amended -> {
                    orders.put(amended.ref().orderId(), amended.order());
                    openLots.put(amended.ref().orderId(), amended.remainingLots());
                }
                case EngineEvent.Trade trade -> {
                    Command.PlaceOrder taker = orders.get(trade.taker().orderId());
                    assertTrue(
                            taker.selfTrade() == SelfTradePrevention.NONE
                                    || !taker.owner()
                                            .equals(orders.get(trade.maker().orderId())
                                                    .owner()),
                            "traded with its own firm");
                    applyFill(orders, openLots, positions, trade.maker(), trade, trade.makerRemainingLots());
                    applyFill(orders, openLots, positions, trade.taker(), trade, trade.takerRemainingLots());
                }
                case EngineEvent.OrderCancelled cancelled -> {
                    pending.remove(cancelled.ref().orderId());
                    assertEquals(0, openLots.merge(cancelled.ref().orderId(), -cancelled.cancelledLots(), Long::sum));
                }
                case EngineEvent.OrderSized sized -> {
                    openLots.put(sized.ref().orderId(), sized.remainingLots());
                    assertTrue(!sized.activated() || pending.remove(sized.ref().orderId()), "activated twice");
                }
                case EngineEvent.TriggerDecided decided ->
                    assertTrue(waiting.remove(decided.ref().orderId()), "decided twice");
                case EngineEvent.OrderRepriced repriced -> {
                    Command.PlaceOrder order = orders.get(repriced.ref().orderId());
                    assertTrue(
                            order.side() == Side.BUY
                                    ? repriced.priceTicks() <= order.priceTicks()
                                    : repriced.priceTicks() >= order.priceTicks());
                }
                case EngineEvent.AuctionOpened opened -> {
                    inAuction.add(opened.taker().orderId());
                    quotes.put(opened.auctionId(), new HashSet<>());
                }
                case EngineEvent.QuoteEntered entered -> {
                    inAuction.add(entered.ref().orderId());
                    quotes.get(entered.auctionId()).add(entered.ref().orderId());
                }
                case EngineEvent.AuctionEnded ended -> {
                    assertTrue(inAuction.remove(ended.taker().orderId()), "an auction ended twice");
                    over.addAll(quotes.remove(ended.auctionId()));
                }
                case EngineEvent.OrderSettled settled ->
                    assertEquals(0, openLots.get(settled.ref().orderId()));
                case EngineEvent.OrderRefused refused ->
                    assertTrue(orders.values().stream()
                            .noneMatch(order -> order.reservationId().equals(refused.reservationId())));
                case EngineEvent.AlgoAccepted _, EngineEvent.AlgoSliced _, EngineEvent.AlgoEnded _ -> {
                    // Looked at by AlgoPromises.
                }
                case EngineEvent.SettlementSubmitted submitted -> assertTrue(submitted.tradeIds().length > 0);
                case EngineEvent.SettlementConfirmed confirmed -> assertTrue(confirmed.tradeIds().length > 0);
                case EngineEvent.SettlementReverted reverted -> assertTrue(reverted.tradeIds().length > 0);
            }
        }
        assertEquals(0, positions.values().stream().mapToLong(Long::longValue).sum());
        positions.forEach((account, lots) -> assertEquals(lots, fixture.engine.positionLots(account, Orders.MARKET)));
        long resting = fixture.engine.depth(Orders.MARKET, Side.BUY, 1_000).stream()
                        .mapToLong(DepthLevel::lots)
                        .sum()
                + fixture.engine.depth(Orders.MARKET, Side.SELL, 1_000).stream()
                        .mapToLong(DepthLevel::lots)
                        .sum();
        long open = openLots.entrySet().stream()
                .filter(order -> !waiting.contains(order.getKey())
                        && !pending.contains(order.getKey())
                        && !inAuction.contains(order.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        assertEquals(resting, open, "lots were lost or made");
        waiting.forEach(orderId -> assertTrue(openLots.get(orderId) > 0));
        over.forEach(orderId -> assertEquals(0, openLots.get(orderId), "a quote outlived its auction"));
    }

    private static void applyFill(
            Map<Long, Command.PlaceOrder> orders,
            Map<Long, Long> openLots,
            Map<PublicKey, Long> positions,
            OrderRef ref,
            EngineEvent.Trade trade,
            long remainingLots) {
        Command.PlaceOrder order = orders.get(ref.orderId());
        long limit = order.priceTicks();
        assertTrue(
                order.side() == Side.BUY ? trade.priceTicks() <= limit : trade.priceTicks() >= limit,
                "traded beyond its limit");
        assertTrue(order.intent().expiryMillis() > trade.timeMillis(), "traded on a dead intent");
        assertEquals(remainingLots, openLots.merge(ref.orderId(), -trade.lots(), Long::sum));
        long before = positions.getOrDefault(ref.account(), 0L);
        long after = positions.merge(ref.account(), order.side().signed(trade.lots()), Long::sum);
        if (order.reduceOnly()) {
            assertTrue(Math.abs(after) < Math.abs(before) && after * before >= 0, "reduce-only flipped a position");
        }
    }
}
