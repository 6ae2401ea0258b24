package dev.quantdesk.risk.margin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.risk.support.TestMarkets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Compares the requirement with the same rule written down lot by lot. */
@Timeout(30)
class RequirementOracleTest {
    private static final int ROUNDS = 3_000;

    private record Order(Side side, long ticks, long lots) {}

    @Test
    void shouldEqualTheRuleAppliedLotByLot() {
        SplittableRandom random = TestMarkets.seeded("RequirementOracleTest");
        for (int round = 0; round < ROUNDS; round++) {
            long position = random.nextLong(-30, 31);
            long mark = random.nextLong(1, 200);
            List<Order> orders = orders(random);
            assertEquals(
                    lotByLot(position, orders, mark),
                    exposure(position, orders).requirementMicros(mark),
                    position + " lots, mark " + mark + ", " + orders);
        }
    }

    @Test
    void shouldNeverFallWhenAnOrderGrows() {
        SplittableRandom random = TestMarkets.seeded("RequirementOracleTest");
        for (int round = 0; round < ROUNDS; round++) {
            MarketExposure exposure = exposure(random.nextLong(-30, 31), orders(random));
            long mark = random.nextLong(1, 200);
            Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
            long ticks = random.nextLong(1, 200);
            long before = exposure.requirementMicros(mark);
            for (long lots = 1; lots < 60; lots += random.nextLong(1, 8)) {
                long with = exposure.requirementMicrosWith(side, ticks, lots, mark);
                assertTrue(with >= before, () -> "fell below " + with);
                before = with;
            }
        }
    }

    private static List<Order> orders(SplittableRandom random) {
        List<Order> orders = new ArrayList<>();
        for (int count = random.nextInt(8); count > 0; count--) {
            orders.add(new Order(
                    random.nextBoolean() ? Side.BUY : Side.SELL, random.nextLong(1, 200), random.nextLong(1, 20)));
        }
        return orders;
    }

    private static MarketExposure exposure(long lots, List<Order> orders) {
        MarketExposure exposure = new MarketExposure(TestMarkets.TEN_PERCENT);
        if (lots != 0) {
            exposure.position(Position.FLAT.traded(lots > 0 ? Side.BUY : Side.SELL, 50, Math.abs(lots)));
        }
        orders.forEach(order -> exposure.addOrder(order.side(), order.ticks(), order.lots()));
        return exposure;
    }

    private static long lotByLot(long position, List<Order> orders, long mark) {
        long worst = Math.max(outcome(position, Side.BUY, orders, mark), outcome(position, Side.SELL, orders, mark));
        long loss = 0;
        for (Order order : orders) {
            long perLot = order.side() == Side.BUY ? order.ticks() - mark : mark - order.ticks();
            loss += Math.max(0, perLot) * order.lots();
        }
        return (worst + 9) / 10 + loss;
    }

    /** Value of what an account holds when all orders of one side have filled, cheapest first. */
    private static long outcome(long position, Side side, List<Order> orders, long mark) {
        List<Long> lots = new ArrayList<>();
        orders.stream()
                .filter(order -> order.side() == side)
                .sorted(Comparator.comparingLong(Order::ticks))
                .forEach(order -> {
                    for (long lot = 0; lot < order.lots(); lot++) {
                        lots.add(order.ticks());
                    }
                });
        long held = side == Side.BUY ? position : -position;
        long value = Math.max(0, held) * mark;
        for (long ticks : lots) {
            if (held >= 0) {
                value += ticks;
            }
            held++;
        }
        return value;
    }
}
