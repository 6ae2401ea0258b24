package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** A seeded stream of commands: few accounts and prices, so that everything meets everything. */
final class RandomCommands {
    static final int ACCOUNTS = 5;

    private final Random random;
    private long number;
    private EngineEvent.AuctionOpened latest;

    RandomCommands(long seed) {
        random = new Random(seed);
    }

    Random random() {
        return random;
    }

    PublicKey account() {
        int number = 1 + random.nextInt(ACCOUNTS);
        // The last two are the third's sub-accounts.
        return number <= 3 ? Orders.account(number) : Orders.subAccount(Orders.CAROL, number - 3);
    }

    /** An order in the first market that passes every check that does not depend on the book. */
    Command.PlaceOrder order() {
        number++;
        Orders order = Orders.by(account())
                .nonce(number)
                .clientId("random-" + number)
                .reservation(new UUID(3, number))
                .side(random.nextBoolean() ? Side.BUY : Side.SELL, 1 + random.nextInt(10))
                .at(95 + random.nextInt(11));
        switch (random.nextInt(10)) {
            case 0 -> order.ioc();
            case 1, 2 -> order.fok();
            case 3 -> order.market();
            case 4 -> order.postOnly();
            case 5 -> order.slide();
            default -> {
                // A plain limit order.
            }
        }
        if (random.nextInt(4) == 0) {
            order.reduceOnly();
        }
        SelfTradePrevention[] selfTrades = SelfTradePrevention.values();
        order.selfTrade(selfTrades[random.nextInt(selfTrades.length)]);
        return order.build();
    }

    /** Any command, with expiries, cancels, repeats of the number's earlier order, and settlement mixed in; prices are of {@code nowMillis}. */
    Command any(long lastOrderId, long lastTradeId, long nowMillis) {
        return switch (random.nextInt(31)) {
            case 0, 1 -> cancel(lastOrderId);
            case 2 -> new Command.SettlementSubmitted(signature(), 1, trades(lastTradeId));
            case 3 -> new Command.SettlementConfirmed(signature(), random.nextInt(1_000), trades(lastTradeId));
            case 4 -> new Command.SettlementReverted(signature(), "expired", trades(lastTradeId));
            case 5 -> expiringOrder();
            case 6, 7 -> amend(lastOrderId);
            case 8, 9, 10 -> prices(nowMillis);
            case 11, 12 -> triggeredOrder();
            case 13 -> peggedOrder();
            case 14 -> many();
            case 21, 22, 23 -> bracket();
            case 28 -> twap();
            case 29 -> iceberg();
            case 30 ->
                new Command.CancelAlgo(account(), 1 + random.nextLong(Math.max(1, lastOrderId)), "", TraceParent.NONE);
            case 15, 16 -> new Command.PlaceInSession(order(), new UUID(9, random.nextInt(3)));
            case 17 -> auction();
            case 18, 19, 20 -> quote();
            default -> order();
        };
    }

    /** A bracket of any shape; its exits close what its entry opens. */
    Command.PlaceBracket bracket() {
        PublicKey account = account();
        if (random.nextInt(4) == 0) {
            return alternatives(account);
        }
        boolean buy = random.nextBoolean();
        boolean entered = random.nextInt(4) > 0;
        long lots = 1 + random.nextInt(12);
        BracketForm form = entered ? BracketForm.of(entry(account, buy, lots)) : BracketForm.exits();
        int targets = random.nextInt(entered ? 4 : 3);
        for (int i = 0; i < targets && lots / targets > 0; i++) {
            form.target(target(account, buy, lots / targets));
        }
        form.stop(stop(account, buy, lots));
        boolean timed = !entered && targets == 0 || random.nextInt(3) == 0;
        long exitAt = Orders.START_MILLIS + 1 + random.nextInt(120_000);
        if (timed && entered && random.nextBoolean()) {
            form.exitAfter(
                    1_000 + random.nextInt(20_000), leg(account, !buy, lots).at(buy ? 90 : 110));
        } else if (timed || !entered && lots / Math.max(1, targets) == 0) {
            form.exitAt(exitAt, leg(account, !buy, lots).at(buy ? 90 : 110));
        }
        return form.build();
    }

    private Orders leg(PublicKey account, boolean buy, long lots) {
        number++;
        return Orders.by(account)
                .nonce(number)
                .clientId("random-" + number)
                .reservation(new UUID(3, number))
                .side(buy ? Side.BUY : Side.SELL, lots);
    }

    private Orders entry(PublicKey account, boolean buy, long lots) {
        Orders entry = leg(account, buy, lots).at(95 + random.nextInt(11));
        return switch (random.nextInt(10)) {
            case 0 -> entry.ioc();
            case 5, 6 -> entry.fok();
            case 1 -> entry.market();
            case 2 -> entry.when(Trigger.Kind.STOP, PriceSource.LAST, 93 + random.nextInt(15));
            case 3 -> entry.pegged(PriceSource.MARK, random.nextInt(5) - 2L);
            case 4 -> entry.selfTrade(SelfTradePrevention.values()[random.nextInt(4)]);
            default -> entry;
        };
    }

    private Orders target(PublicKey account, boolean buy, long lots) {
        long level = buy ? 98 + random.nextInt(10) : 92 + random.nextInt(10);
        Orders target = leg(account, !buy, lots).at(level);
        return switch (random.nextInt(4)) {
            case 0 -> target.when(Trigger.Kind.TAKE_PROFIT, PriceSource.LAST, level);
            case 1 -> target.at(buy ? 90 : 110).market().when(Trigger.Kind.TAKE_PROFIT, PriceSource.MARK, level);
            default -> target;
        };
    }

    private Orders stop(PublicKey account, boolean buy, long lots) {
        PriceSource[] sources = PriceSource.values();
        PriceSource source = sources[random.nextInt(sources.length)];
        long level = buy ? 93 + random.nextInt(6) : 101 + random.nextInt(6);
        Orders stop = leg(account, !buy, lots).at(buy ? 90 : 110);
        return switch (random.nextInt(4)) {
            case 0 -> stop.market().when(Trigger.Kind.TRAIL_TICKS, source, 1 + random.nextInt(4));
            case 1 -> stop.at(level).when(Trigger.Kind.STOP, source, level);
            default -> stop.market().when(Trigger.Kind.STOP, source, level);
        };
    }

    private Command.PlaceBracket alternatives(PublicKey account) {
        Orders[] orders = new Orders[2 + random.nextInt(3)];
        for (int i = 0; i < orders.length; i++) {
            Orders order =
                    leg(account, random.nextBoolean(), 1 + random.nextInt(10)).at(95 + random.nextInt(11));
            orders[i] = random.nextInt(3) == 0
                    ? order.when(Trigger.Kind.STOP, PriceSource.LAST, 93 + random.nextInt(15))
                    : order.selfTrade(SelfTradePrevention.values()[random.nextInt(4)]);
        }
        return BracketForm.alternatives(orders).build();
    }

    /** An order that may open an auction. */
    Command.PlaceInAuction auction() {
        return new Command.PlaceInAuction(
                order(),
                random.nextInt(4) == 0 ? Optional.of(new UUID(9, random.nextInt(3))) : Optional.empty(),
                Command.AUCTION_MILLIS_MIN + random.nextInt(1_000));
    }

    /** Takes note of the auctions that quotes may be for. */
    void seen(EngineEvent event) {
        if (event instanceof EngineEvent.AuctionOpened opened) {
            latest = opened;
        }
    }

    /** A quote for the latest auction, or for the one before or after it; mostly one that may pass. */
    Command.SubmitQuote quote() {
        Orders quote = signed().ioc();
        if (latest == null || random.nextInt(5) == 0) {
            return new Command.SubmitQuote(quote.build(), 1 + random.nextInt(3));
        }
        long better = latest.takerSide().signed(random.nextInt(5) - 1L);
        quote.side(latest.takerSide().opposite(), 1 + random.nextInt(10))
                .at(Math.max(1, latest.worstQuoteTicks() - better));
        if (random.nextInt(4) == 0) {
            quote.reduceOnly();
        }
        long neighbour = random.nextInt(8) == 0 ? random.nextInt(3) - 1L : 0;
        return new Command.SubmitQuote(quote.build(), Math.max(1, latest.auctionId() + neighbour));
    }

    /** Something that concerns many orders of an account, at once or later. */
    private Command many() {
        return switch (random.nextInt(4)) {
            case 0 -> new Command.CancelAllOrders(account(), random.nextInt(3), TraceParent.NONE);
            case 1 -> new Command.ArmKillSwitch(account(), random.nextInt(3) == 0 ? 0 : 5_000 + random.nextInt(5_000));
            default ->
                new Command.RenewSession(
                        account(), new UUID(9, random.nextInt(3)), random.nextInt(3) == 0 ? 0 : random.nextInt(3_000));
        };
    }

    Command.CancelOrder cancel(long lastOrderId) {
        long orderId = 1 + random.nextLong(Math.max(1, lastOrderId));
        return new Command.CancelOrder(account(), orderId, "", TraceParent.NONE);
    }

    private Command expiringOrder() {
        number++;
        long expirySeconds = Orders.START_MILLIS / 1000 + 1 + random.nextInt(60);
        Orders order = Orders.by(account())
                .nonce(number)
                .clientId("random-" + (random.nextInt(5) == 0 ? number - 1 : number))
                .reservation(new UUID(3, number))
                .side(random.nextBoolean() ? Side.BUY : Side.SELL, random.nextInt(12))
                .at(95 + random.nextInt(11))
                .expiresAt(expirySeconds);
        if (random.nextBoolean()) {
            order.until(Orders.START_MILLIS + 1 + random.nextInt(61_000));
        }
        return order.build();
    }

    /** A quarter of them may be older than those before them, and than an order may begin by. */
    Command.SetPrices prices(long nowMillis) {
        int ageMax = random.nextInt(4) == 0 ? 10_000 : 10;
        return new Command.SetPrices(Orders.MARKET, price(), price(), nowMillis - random.nextInt(ageMax));
    }

    private long price() {
        return random.nextInt(20) == 0 ? 0 : 93 + random.nextInt(15);
    }

    private Orders signed() {
        number++;
        return Orders.by(account())
                .nonce(number)
                .clientId("random-" + number)
                .reservation(new UUID(3, number))
                .side(random.nextBoolean() ? Side.BUY : Side.SELL, 1 + random.nextInt(10))
                .at(95 + random.nextInt(11));
    }

    private Command triggeredOrder() {
        Trigger.Kind[] kinds = {
            Trigger.Kind.STOP, Trigger.Kind.TAKE_PROFIT, Trigger.Kind.TRAIL_TICKS, Trigger.Kind.TRAIL_BPS
        };
        Trigger.Kind kind = kinds[random.nextInt(kinds.length)];
        long value = switch (kind) {
            case TRAIL_TICKS -> 1 + random.nextInt(5);
            case TRAIL_BPS -> 50 + random.nextInt(500);
            default -> 93 + random.nextInt(15);
        };
        PriceSource[] sources = PriceSource.values();
        boolean buy = random.nextBoolean();
        Orders order = signed().side(buy ? Side.BUY : Side.SELL, 1 + random.nextInt(10))
                .when(kind, sources[random.nextInt(sources.length)], value);
        if (random.nextBoolean()) {
            order.market();
            // Mostly far enough for every trigger.
            order.at(random.nextInt(4) == 0 ? 95 + random.nextInt(11) : buy ? 107 : 93);
        }
        if (random.nextInt(3) == 0) {
            order.reduceOnly();
        }
        return order.build();
    }

    Command peggedOrder() {
        Orders order =
                signed().pegged(random.nextBoolean() ? PriceSource.MARK : PriceSource.INDEX, random.nextInt(7) - 3L);
        if (random.nextBoolean()) {
            order.slide();
        }
        return order.build();
    }

    private Command twap() {
        Orders order = signed().side(random.nextBoolean() ? Side.BUY : Side.SELL, 20 + random.nextInt(100));
        if (random.nextInt(4) == 0) {
            order.reduceOnly();
        }
        return Algos.twap(
                order,
                new AlgoTerms.Twap(10_000, 1_000, random.nextInt(2_000), random.nextInt(9_001), random.nextLong()));
    }

    private Command iceberg() {
        Orders order = signed().side(random.nextBoolean() ? Side.BUY : Side.SELL, 5 + random.nextInt(50));
        switch (random.nextInt(4)) {
            case 0 -> order.reduceOnly();
            case 1 -> order.postOnly();
            case 2 -> order.until(Orders.START_MILLIS + 1 + random.nextInt(61_000));
            default -> {
                // A plain one.
            }
        }
        SelfTradePrevention[] selfTrades = SelfTradePrevention.values();
        order.selfTrade(selfTrades[random.nextInt(selfTrades.length)]);
        return new Command.PlaceAlgo(
                order.build(), new AlgoTerms.Iceberg(2 + random.nextInt(5), random.nextInt(5_001), random.nextLong()));
    }

    private Command amend(long lastOrderId) {
        number++;
        Optional<SignedIntent> intent = Optional.empty();
        if (random.nextBoolean()) {
            boolean buy = random.nextBoolean();
            intent = Optional.of(Orders.by(account())
                    .nonce(number)
                    .side(buy ? Side.BUY : Side.SELL, 12)
                    .at(buy ? 106 : 94)
                    .expiresAt(
                            random.nextInt(3) == 0
                                    ? Orders.EXPIRY_SECONDS + random.nextInt(60)
                                    : Orders.START_MILLIS / 1000 + 1 + random.nextInt(60))
                    .build()
                    .intent());
        }
        return new Command.AmendOrder(
                account(),
                1 + random.nextLong(Math.max(1, lastOrderId)),
                "",
                random.nextInt(3) == 0 ? 0 : 95 + random.nextInt(11),
                random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(11),
                random.nextInt(4) == 0 ? 93 + random.nextInt(15) : 0,
                intent,
                new UUID(4, number),
                TraceParent.NONE);
    }

    private byte[] signature() {
        byte[] bytes = new byte[64];
        bytes[0] = (byte) random.nextInt(5);
        return bytes;
    }

    private long[] trades(long lastTradeId) {
        return random.longs(1 + random.nextInt(4), 0, lastTradeId + 2).toArray();
    }
}
