package dev.quantdesk.execution.engine;

import static dev.quantdesk.execution.engine.Orders.ALICE;
import static dev.quantdesk.execution.engine.Orders.BOB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is no bracket, and which leg is at fault. */
@Timeout(10)
class BracketShapeTest {
    private static Orders buy(long lots) {
        return Orders.by(ALICE).buy(lots).at(100);
    }

    private static Orders sell(long lots) {
        return Orders.by(ALICE).sell(lots).at(110);
    }

    private static Orders stop(long lots) {
        return Orders.by(ALICE).sell(lots).at(80).market().when(Trigger.Kind.STOP, PriceSource.LAST, 90);
    }

    private static void wrong(int leg, String field, BracketForm form) {
        BracketShape.Problem problem = form.problem();
        assertEquals(leg + " " + field, problem.leg() + " " + problem.field(), problem.text());
        assertThrows(IllegalArgumentException.class, form::build);
    }

    @Test
    void shouldHaveTwoToEightLegsOfOneShape() {
        wrong(0, "legs", BracketForm.of(buy(1)));
        BracketForm nine = BracketForm.of(buy(10));
        for (int i = 0; i < 8; i++) {
            nine.target(sell(1));
        }
        // A batch of nine can't be signed at all.
        assertThrows(IllegalArgumentException.class, nine::legs);
        wrong(1, "role", BracketForm.of(buy(1)).leg(LegRole.ENTRY, buy(1)));
        wrong(2, "role", BracketForm.of(buy(1)).stop(stop(1)).target(sell(1)));
        wrong(2, "role", BracketForm.of(buy(1)).stop(stop(1)).stop(stop(1)));
        wrong(1, "role", BracketForm.of(buy(1)).leg(LegRole.ALTERNATIVE, buy(1)));
        wrong(0, "role", BracketForm.exits().target(sell(1)).target(sell(1)));
        wrong(1, "role", BracketForm.of(buy(1)).leg(LegRole.NONE, sell(1)));
    }

    @Test
    void shouldBeOfOneAccountAndMarket() {
        wrong(1, "account", BracketForm.of(buy(1)).target(Orders.by(BOB).sell(1).at(110)));
        wrong(1, "market", BracketForm.of(buy(1)).target(sell(1).in(Orders.OTHER_MARKET)));
        wrong(1, "client_order_id", BracketForm.of(buy(1).clientId("same")).target(sell(1).clientId("same")));
        wrong(1, "intent", BracketForm.of(buy(1).nonce(7_000_000)).target(sell(1).nonce(7_000_000)));
    }

    @Test
    void shouldHaveExitsThatClose() {
        wrong(1, "side", BracketForm.of(buy(1)).target(buy(1)));
        wrong(
                1,
                "side",
                BracketForm.exits()
                        .target(sell(1))
                        .stop(Orders.by(ALICE).buy(1).when(Trigger.Kind.STOP, PriceSource.LAST, 90)));
        wrong(1, "reduce_only", BracketForm.of(buy(1)).leg(LegRole.TAKE_PROFIT, sell(1)));
        wrong(0, "reduce_only", BracketForm.of(buy(1).reduceOnly()).target(sell(1)));
        wrong(1, "post_only", BracketForm.of(buy(1)).target(sell(1).postOnly()));
        wrong(1, "type", BracketForm.of(buy(1)).target(sell(1).pegged(PriceSource.MARK, 1)));
        wrong(1, "type", BracketForm.of(buy(1)).target(sell(1).ioc()));
        wrong(1, "type", BracketForm.of(buy(1)).target(stop(1)));
        wrong(1, "type", BracketForm.of(buy(1)).stop(sell(1)));
        wrong(1, "type", BracketForm.of(buy(1)).leg(LegRole.TIME_EXIT, sell(1).reduceOnly()));
        wrong(1, "intent", BracketForm.of(buy(1)).target(sell(1).expiresAt(Orders.EXPIRY_SECONDS - 1)));
    }

    @Test
    void shouldBeForOneQuantity() {
        wrong(1, "quantity", BracketForm.of(buy(5)).target(sell(6)));
        wrong(2, "quantity", BracketForm.of(buy(5)).target(sell(3)).target(sell(3)));
        wrong(1, "quantity", BracketForm.of(buy(5)).stop(stop(4)));
        BracketForm.of(buy(5)).target(sell(2)).stop(stop(5)).build();
    }

    @Test
    void shouldHaveOneTimeForATimeExit() {
        wrong(1, "time", BracketForm.of(buy(1)).exitAt(0, sell(1)));
        wrong(1, "time", BracketForm.of(buy(1)).exitAfter(999, sell(1)));
        wrong(1, "time", BracketForm.of(buy(1)).exitAfter(BracketShape.EXIT_AFTER_MILLIS_MAX + 1, sell(1)));
        wrong(1, "time", BracketForm.exits().target(sell(1)).exitAfter(5_000, sell(1)));
    }

    @Test
    void shouldLetAlternativesWait() {
        wrong(0, "time_in_force", BracketForm.alternatives(buy(1).ioc(), sell(1)));
        wrong(1, "post_only_slide", BracketForm.alternatives(buy(1), sell(1).slide()));
    }
}
