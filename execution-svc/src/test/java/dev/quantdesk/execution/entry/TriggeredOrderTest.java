package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PriceSource;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.execution.v1.TriggerDecision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders that wait for a price or follow one, from the request to what is shown of them. BTC-PERP has ticks of 0.1. */
@Timeout(30)
class TriggeredOrderTest {
    private static final Market BTC = OrderForm.MARKETS.bySymbol("BTC-PERP").orElseThrow();

    private final EntryFixture mesh = new EntryFixture();

    private void mark(String price) {
        mesh.script.send(new Command.SetPrices(BTC.id(), BTC.ticks(price), 0, mesh.script.nowMillis()));
    }

    private Order shown(Order order) throws Exception {
        Order inMemory = mesh.shown(OrderForm.ALICE, order.getOrderId());
        mesh.project();
        assertEquals(inMemory, mesh.stored(OrderForm.ALICE, order.getOrderId()));
        return inMemory;
    }

    @Test
    void shouldShowAStopAsItWaitsAndWithWhatItWasDecidedOnOnceItFired() throws Exception {
        mark("100");
        Order stop = mesh.place(OrderForm.sell(OrderForm.ALICE, "0.01").stopMarket("95", 900))
                .order();
        assertEquals(OrderType.ORDER_TYPE_STOP_MARKET, stop.getType());
        assertEquals(OrderStatus.ORDER_STATUS_UNTRIGGERED, stop.getStatus());
        assertEquals("95", stop.getTriggerPrice());
        assertEquals(PriceSource.PRICE_SOURCE_MARK, stop.getPriceSource());
        assertEquals("90", stop.getPrice());
        assertEquals(stop, shown(stop));

        mesh.placeAs(OrderForm.BOB, OrderForm.buy(OrderForm.BOB, "0.01").at("94"));
        mark("94.5");

        Order fired = shown(stop);
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, fired.getStatus());
        TriggerDecision decision = fired.getTriggerDecision();
        assertTrue(decision.getFired());
        assertEquals("94.5", decision.getReferencePrice());
        assertEquals("95", decision.getTriggerPrice());
    }

    @Test
    void shouldShowWhereAPeggedOrderWorksAndHowFarItGoes() throws Exception {
        mark("100");
        Order pegged = mesh.place(OrderForm.buy(OrderForm.ALICE, "0.01")
                        .at("105")
                        .type(OrderType.ORDER_TYPE_PEGGED)
                        .with(request -> request.setPegOffset("-0.5")))
                .order();
        assertEquals("99.5", pegged.getPrice());
        assertEquals("105", pegged.getPriceLimit());
        assertEquals("-0.5", pegged.getPegOffset());
        mark("101");
        assertEquals("100.5", shown(pegged).getPrice());
        assertEquals("105", mesh.reservations.getLast().getPrice(), "margin is reserved at the bound");
    }

    @Test
    void shouldShowTheDistanceOfATrailingStop() throws Exception {
        mark("100");
        Order byAmount = mesh.place(OrderForm.sell(OrderForm.ALICE, "0.01")
                        .type(OrderType.ORDER_TYPE_TRAILING_STOP)
                        .ioc()
                        .intentTicks(500)
                        .with(request -> request.setTrailAmount("2")))
                .order();
        assertEquals("2", shown(byAmount).getTrailAmount());
        Order byBps = mesh.place(OrderForm.sell(OrderForm.ALICE, "0.01")
                        .type(OrderType.ORDER_TYPE_TRAILING_STOP)
                        .ioc()
                        .intentTicks(500)
                        .with(request -> request.setTrailBps(150)))
                .order();
        assertEquals(150, shown(byBps).getTrailBps());
        mark("110");
        mark("108");
        assertEquals("110", shown(byAmount).getTriggerDecision().getBestPrice());
    }

    @Test
    void shouldSayWhichPriceIsMissingOrTooNear() throws Exception {
        Refusal unknown = Refusal.expect(
                Reason.REFERENCE_PRICE_UNKNOWN,
                () -> mesh.place(OrderForm.buy(OrderForm.ALICE, "0.01")
                        .at("105")
                        .type(OrderType.ORDER_TYPE_PEGGED)
                        .with(request -> request.setPriceSource(PriceSource.PRICE_SOURCE_INDEX))));
        assertEquals("INDEX", unknown.figure("price_source"));
        mark("100");
        Refusal reached = Refusal.expect(
                Reason.TRIGGER_REACHED,
                () -> mesh.place(OrderForm.sell(OrderForm.ALICE, "0.01").stopMarket("100", 900)));
        assertEquals("100", reached.figure("value"));
        assertEquals("100", reached.figure("bound"));
    }

    @Test
    void shouldSayWhichTriggersTheIntentsPriceAllows() throws Exception {
        mark("100");
        Refusal refusal = Refusal.expect(
                Reason.TRIGGER_INVALID,
                () -> mesh.place(OrderForm.sell(OrderForm.ALICE, "0.01").stopMarket("95", 970)));
        assertEquals("95", refusal.figure("value"));
        assertEquals("97", refusal.figure("bound"));
        assertEquals("The order would fire at 95, where its intent's price 97 lets it trade nothing.", refusal.text());
    }

    @Test
    void shouldRefuseATriggerThatIsOffTheTickSize() {
        Refusal refusal = Refusal.expect(
                Reason.TRIGGER_INVALID,
                () -> mesh.place(OrderForm.sell(OrderForm.ALICE, "0.01").stopMarket("95.05", 900)));
        assertEquals("0.1", refusal.figure("bound"));
    }

    @Test
    void shouldRefuseWhatDoesNotGoTogether() {
        OrderForm[] wrong = {
            OrderForm.sell(OrderForm.ALICE, "0.01").at("90").with(request -> request.setTriggerPrice("95")),
            OrderForm.sell(OrderForm.ALICE, "0.01").at("90").type(OrderType.ORDER_TYPE_STOP_LIMIT),
            OrderForm.sell(OrderForm.ALICE, "0.01").at("90").with(request -> request.setTrailBps(10)),
            OrderForm.sell(OrderForm.ALICE, "0.01")
                    .type(OrderType.ORDER_TYPE_TRAILING_STOP)
                    .ioc()
                    .intentTicks(500),
            OrderForm.sell(OrderForm.ALICE, "0.01").at("90").with(request -> request.setPegOffset("1")),
            OrderForm.sell(OrderForm.ALICE, "0.01")
                    .at("90")
                    .with(request -> request.setPriceSource(PriceSource.PRICE_SOURCE_LAST)),
            OrderForm.sell(OrderForm.ALICE, "0.01")
                    .at("90")
                    .postOnly()
                    .type(OrderType.ORDER_TYPE_STOP_LIMIT)
                    .with(request -> request.setTriggerPrice("95")),
            OrderForm.sell(OrderForm.ALICE, "0.01").at("90").postOnly().type(OrderType.ORDER_TYPE_PEGGED),
            OrderForm.sell(OrderForm.ALICE, "0.01")
                    .at("90")
                    .timeInForce(TimeInForce.TIME_IN_FORCE_IOC)
                    .type(OrderType.ORDER_TYPE_PEGGED),
            OrderForm.sell(OrderForm.ALICE, "0.01")
                    .at("90")
                    .type(OrderType.ORDER_TYPE_PEGGED)
                    .with(request -> request.setPriceSource(PriceSource.PRICE_SOURCE_LAST))
        };
        for (OrderForm form : wrong) {
            Refusal.expect(Reason.UNSUPPORTED_COMBINATION, () -> mesh.place(form));
        }
        assertTrue(mesh.commands.isEmpty());
    }
}
