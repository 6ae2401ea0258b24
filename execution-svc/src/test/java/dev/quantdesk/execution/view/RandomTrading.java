package dev.quantdesk.execution.view;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.AlgoTerms;
import dev.quantdesk.execution.engine.Algos;
import dev.quantdesk.execution.engine.BracketForm;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.Orders;
import dev.quantdesk.execution.engine.PriceSource;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

/** A seeded stream of commands over two markets and few accounts and prices, so that everything meets everything. */
public final class RandomTrading {
    public static final List<PublicKey> ACCOUNTS =
            LongStream.rangeClosed(1, 5).mapToObj(Orders::account).toList();

    private static final int RECENT_TRADES = 20;

    private final Random random;
    private final EngineScript script;
    private Command.SettlementSubmitted sent =
            new Command.SettlementSubmitted(EngineScript.signature(0), 1, new long[] {1});

    public RandomTrading(Random random, EngineScript script) {
        this.random = random;
        this.script = script;
    }

    /** Sends one command, whatever the engine says to it. */
    public void step() {
        switch (random.nextInt(25)) {
            case 23, 24 -> script.send(algo());
            case 12, 13 -> script.send(prices());
            case 14 -> script.send(waitingOrFollowing());
            case 15 -> script.send(amendment());
            case 16 -> script.send(auction());
            case 17, 18 -> script.send(quote());
            case 19, 20, 21 -> script.send(bracket());
            case 0, 1 ->
                script.send(new Command.CancelOrder(account(), randomId(script.lastOrderId()), "", TraceParent.NONE));
            case 2 -> {
                sent = new Command.SettlementSubmitted(signature(), 1, trades());
                script.send(sent);
            }
            case 3, 4 -> script.send(new Command.SettlementConfirmed(signature(), 1 + random.nextInt(1_000), trades()));
            case 5 -> script.send(new Command.SettlementReverted(sent.signature(), "expired", sent.tradeIds()));
            case 6 -> script.advance(random.nextInt(3_000));
            default -> script.send(order());
        }
    }

    private int market() {
        return random.nextInt(3) == 0 ? Orders.OTHER_MARKET : Orders.MARKET;
    }

    private long price() {
        return 93 + random.nextInt(15);
    }

    /** Some are older than those before them. */
    private Command prices() {
        return new Command.SetPrices(market(), price(), price(), script.nowMillis() - random.nextInt(100));
    }

    private Orders anyOrder() {
        return Orders.by(account())
                .in(market())
                .side(random.nextBoolean() ? Side.BUY : Side.SELL, 1 + random.nextInt(10))
                .at(95 + random.nextInt(11));
    }

    private Command waitingOrFollowing() {
        PriceSource[] sources = PriceSource.values();
        PriceSource source = sources[random.nextInt(sources.length)];
        return switch (random.nextInt(6)) {
            case 0 -> anyOrder().when(Trigger.Kind.STOP, source, price()).build();
            case 1 -> {
                boolean buy = random.nextBoolean();
                yield anyOrder()
                        .side(buy ? Side.BUY : Side.SELL, 1 + random.nextInt(10))
                        .at(buy ? 107 : 93)
                        .market()
                        .when(Trigger.Kind.STOP, source, price())
                        .build();
            }
            case 2 -> anyOrder().when(Trigger.Kind.TAKE_PROFIT, source, price()).build();
            case 3 ->
                anyOrder().market().when(Trigger.Kind.TRAIL_TICKS, source, 2).build();
            case 4 ->
                anyOrder().market().when(Trigger.Kind.TRAIL_BPS, source, 200).build();
            default ->
                anyOrder()
                        .slide()
                        .pegged(PriceSource.MARK, random.nextInt(5) - 2L)
                        .build();
        };
    }

    private Command bracket() {
        PublicKey account = account();
        int market = market();
        long lots = 10 + random.nextInt(5);
        if (random.nextInt(4) == 0) {
            return BracketForm.alternatives(
                            leg(account, market, true, lots).at(95 + random.nextInt(8)),
                            leg(account, market, false, lots)
                                    .at(100)
                                    .when(Trigger.Kind.STOP, PriceSource.LAST, price()))
                    .build();
        }
        BracketForm form = BracketForm.of(leg(account, market, true, lots).at(98 + random.nextInt(6)))
                .target(leg(account, market, false, lots / 3).at(101 + random.nextInt(5)))
                .target(leg(account, market, false, lots / 3)
                        .at(100)
                        .when(Trigger.Kind.TAKE_PROFIT, PriceSource.LAST, 104))
                .stop(leg(account, market, false, lots)
                        .at(90)
                        .market()
                        .when(Trigger.Kind.STOP, PriceSource.MARK, price()));
        if (random.nextInt(3) == 0) {
            form.exitAfter(
                    1_000 + random.nextInt(5_000),
                    leg(account, market, false, lots).at(90));
        } else if (random.nextBoolean()) {
            form.exitAt(
                    script.nowMillis() + 1 + random.nextInt(5_000),
                    leg(account, market, false, lots).at(90));
        }
        return form.build();
    }

    private static Orders leg(PublicKey account, int market, boolean buy, long lots) {
        return Orders.by(account).in(market).side(buy ? Side.BUY : Side.SELL, lots);
    }

    private Command algo() {
        Orders order = anyOrder().side(random.nextBoolean() ? Side.BUY : Side.SELL, 20 + random.nextInt(50));
        return switch (random.nextInt(5)) {
            case 0 -> new Command.CancelAlgo(account(), randomId(script.lastOrderId()), "", TraceParent.NONE);
            case 1, 2 -> Algos.iceberg(order, 2 + random.nextInt(5), random.nextInt(3_000));
            default ->
                Algos.twap(order, new AlgoTerms.Twap(10_000, 1_000, 100, random.nextInt(9_000), random.nextLong()));
        };
    }

    private Command amendment() {
        Command.PlaceOrder signed = anyOrder().build();
        return new Command.AmendOrder(
                signed.account(),
                // Of the latest, for most of the others are closed.
                Math.max(1, script.lastOrderId() - random.nextInt(20)),
                "",
                random.nextBoolean() ? 0 : signed.priceTicks(),
                signed.quantityLots(),
                0,
                random.nextBoolean() ? Optional.empty() : Optional.of(signed.intent()),
                signed.reservationId(),
                TraceParent.NONE);
    }

    private Command auction() {
        return new Command.PlaceInAuction(order(), Optional.empty(), 50 + random.nextInt(4_000));
    }

    private Command quote() {
        var auction = script.lastAuction();
        Orders quote = anyOrder().ioc();
        if (auction == null) {
            return new Command.SubmitQuote(quote.build(), 1);
        }
        quote.in(auction.marketId())
                .side(auction.takerSide().opposite(), 1 + random.nextInt(10))
                .at(auction.worstQuoteTicks() - auction.takerSide().signed(random.nextInt(4) - 1L));
        return new Command.SubmitQuote(quote.build(), auction.auctionId());
    }

    private Command.PlaceOrder order() {
        Orders order = anyOrder();
        switch (random.nextInt(10)) {
            case 0 -> order.ioc();
            case 1 -> order.fok();
            case 2 -> order.market();
            case 3 -> order.postOnly();
            case 4 -> order.expiresAt(script.nowMillis() / 1000 + 1 + random.nextInt(20));
            case 5 -> order.reduceOnly();
            default -> {
                // A plain limit order.
            }
        }
        return order.build();
    }

    private PublicKey account() {
        return ACCOUNTS.get(random.nextInt(ACCOUNTS.size()));
    }

    private long randomId(long last) {
        return 1 + random.nextLong(Math.max(1, last));
    }

    private byte[] signature() {
        return EngineScript.signature(random.nextInt(5));
    }

    private long[] trades() {
        long last = script.lastTradeId();
        return random.longs(1 + random.nextInt(4), Math.max(1, last - RECENT_TRADES), last + 2)
                .distinct()
                .toArray();
    }
}
