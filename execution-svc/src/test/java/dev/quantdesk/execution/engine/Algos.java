package dev.quantdesk.execution.engine;

/** Makes algo orders of orders: {@code Algos.twap(by(ALICE).buy(60).at(100), 60_000, 10_000)}. */
public final class Algos {
    public static final long SEED = 4711;

    private Algos() {}

    public static Command.PlaceAlgo twap(Orders order, long durationMillis, long intervalMillis) {
        return twap(order, new AlgoTerms.Twap(durationMillis, intervalMillis, 0, 0, SEED));
    }

    public static Command.PlaceAlgo twap(Orders order, AlgoTerms.Twap terms) {
        return new Command.PlaceAlgo(order.ioc().build(), terms);
    }

    public static Command.PlaceAlgo iceberg(Orders order, long visibleLots) {
        return iceberg(order, visibleLots, 0);
    }

    public static Command.PlaceAlgo iceberg(Orders order, long visibleLots, int sizeRandomBps) {
        return new Command.PlaceAlgo(order.build(), new AlgoTerms.Iceberg(visibleLots, sizeRandomBps, SEED));
    }
}
