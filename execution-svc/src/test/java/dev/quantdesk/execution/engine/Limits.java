package dev.quantdesk.execution.engine;

import java.util.stream.LongStream;

/** Limits with one value changed. */
final class Limits {
    static final int OPEN_PER_ACCOUNT = 0;
    static final int OPEN = 1;
    static final int PER_BOOK = 2;
    static final int INTENTS_PER_SIGNER = 3;
    static final int INTENTS = 4;
    static final int INTENT_LIFE = 5;
    static final int CLOSED_ORDERS = 6;
    static final int REFUSALS = 7;
    static final int ACCOUNTS = 8;
    static final int UNSETTLED = 9;
    static final int POSITION = 10;

    private Limits() {}

    static EngineLimits with(int which, long value) {
        EngineLimits d = EngineLimits.DEFAULTS;
        long[] v = LongStream.of(
                        d.openOrdersPerAccount(),
                        d.openOrders(),
                        d.ordersPerBook(),
                        d.liveIntentsPerSigner(),
                        d.liveIntents(),
                        d.intentLifeMillis(),
                        d.closedOrders(),
                        d.refusals(),
                        d.accounts(),
                        d.unsettledTrades(),
                        d.positionLots())
                .toArray();
        v[which] = value;
        // A total below its parts takes the parts with it.
        v[OPEN_PER_ACCOUNT] = Math.min(v[OPEN_PER_ACCOUNT], v[OPEN]);
        v[PER_BOOK] = Math.min(v[PER_BOOK], v[OPEN]);
        v[INTENTS_PER_SIGNER] = Math.min(v[INTENTS_PER_SIGNER], v[INTENTS]);
        return new EngineLimits(
                (int) v[0],
                (int) v[1],
                (int) v[2],
                (int) v[3],
                (int) v[4],
                v[5],
                (int) v[6],
                (int) v[7],
                (int) v[8],
                (int) v[9],
                v[10]);
    }
}
