package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.TraceParent;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.proto.execution.v1.AuctionPreference;
import dev.quantdesk.proto.execution.v1.CancelReason;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderStatus;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.SubmitQuoteRequest;
import io.vertx.core.MultiMap;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Orders that open auctions and quotes for them, from the request to what is shown of them. BTC-PERP has ticks of 0.1. */
@Timeout(30)
class AuctionOrderTest {
    private static final KeyPair CAROL = OrderForm.keys(4);

    private final EntryFixture mesh = new EntryFixture();
    private final QuoteEntry quotes = new QuoteEntry(mesh.entry, Clock.systemUTC());

    private Order open() throws Exception {
        mesh.placeAs(CAROL, OrderForm.buy(CAROL, "1").at("100"));
        mesh.placeAs(CAROL, OrderForm.sell(CAROL, "1").at("110"));
        return mesh.place(OrderForm.buy(OrderForm.ALICE, "0.01")
                        .market(1_200)
                        .with(request -> request.setAuction(AuctionPreference.AUCTION_PREFERENCE_OPEN)))
                .order();
    }

    private static SubmitQuoteRequest quote(String auctionId, OrderForm form) {
        PlaceOrderRequest order = form.build();
        return SubmitQuoteRequest.newBuilder()
                .setAuctionId(auctionId)
                .setClientOrderId(order.getClientOrderId())
                .setMarket(order.getMarket())
                .setSide(order.getSide())
                .setPrice(order.getPrice())
                .setQuantity(order.getQuantity())
                .setReduceOnly(order.getReduceOnly())
                .setIntent(order.getIntent())
                .build();
    }

    private OrderEntry.Placed submit(SubmitQuoteRequest request) throws Exception {
        return quotes.submit(request, EntryFixture.call(OrderForm.BOB));
    }

    private static OrderForm bobs(String price) {
        return OrderForm.sell(OrderForm.BOB, "0.01").at(price);
    }

    /** The order as it is shown, which is what the tables have too. */
    private Order shown(KeyPair account, Order order) throws Exception {
        Order inMemory = mesh.shown(account, order.getOrderId());
        mesh.project();
        assertEquals(inMemory, mesh.stored(account, order.getOrderId()));
        return inMemory;
    }

    @Test
    void shouldShowTakerAndQuoteFromTheAuctionToTheirFill() throws Exception {
        Order taker = open();
        assertEquals(OrderStatus.ORDER_STATUS_IN_AUCTION, taker.getStatus());
        assertEquals("1", taker.getAuctionId());
        assertEquals("110", taker.getArrivalPrice());
        assertEquals("0", taker.getPriceImprovement());
        assertEquals(taker, shown(OrderForm.ALICE, taker));
        Order quote = submit(quote("1", bobs("109.9"))).order();
        assertEquals(OrderStatus.ORDER_STATUS_IN_AUCTION, quote.getStatus());
        assertEquals("1", quote.getAuctionId());
        assertEquals("109.9", mesh.reservations.getLast().getPrice(), "a quote holds margin");
        assertEquals(quote, shown(OrderForm.BOB, quote));
        mesh.script.advance(AuctionSettings.DEFAULT_MILLIS);
        Order filled = shown(OrderForm.ALICE, taker);
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, filled.getStatus());
        assertEquals("109.9", filled.getAveragePrice());
        // 0.1 USDC for each of 0.01 BTC.
        assertEquals("0.001", filled.getPriceImprovement());
        assertEquals(
                OrderStatus.ORDER_STATUS_FILLED, shown(OrderForm.BOB, quote).getStatus());
    }

    @Test
    void shouldReturnTheSameQuoteWhenItIsRepeatedAlsoWhenItsAuctionIsOver() throws Exception {
        open();
        SubmitQuoteRequest request = quote("1", bobs("109.5"));
        Order quote = submit(request).order();
        mesh.script.advance(AuctionSettings.DEFAULT_MILLIS);
        OrderEntry.Placed repeated = submit(request);
        assertTrue(repeated.repeated());
        assertEquals(quote.getOrderId(), repeated.order().getOrderId());
        assertEquals(OrderStatus.ORDER_STATUS_FILLED, repeated.order().getStatus());
    }

    @Test
    void shouldCancelWhatIsLeftOfAQuoteWithItsAuction() throws Exception {
        open();
        Order quote = submit(quote("1", OrderForm.sell(OrderForm.BOB, "0.03").at("109")))
                .order();
        mesh.script.advance(AuctionSettings.DEFAULT_MILLIS);
        Order over = shown(OrderForm.BOB, quote);
        assertEquals("0.01", over.getFilledQuantity());
        assertEquals(OrderStatus.ORDER_STATUS_CANCELLED, over.getStatus());
        assertEquals(CancelReason.CANCEL_REASON_AUCTION_ENDED, over.getCancelReason());
    }

    @Test
    void shouldSayWhyAQuoteIsRefused() throws Exception {
        open();
        Refusal worse = Refusal.expect(Reason.QUOTE_NOT_IMPROVING, () -> submit(quote("1", bobs("110"))));
        assertEquals("110", worse.figure("value"));
        assertEquals("109.9", worse.figure("bound"));
        assertEquals("109.9", worse.figure("suggested_price"));
        Refusal unknown = Refusal.expect(Reason.AUCTION_NOT_FOUND, () -> submit(quote("7", bobs("109"))));
        assertEquals("7", unknown.figure("auction_id"));
        Refusal.expect(Reason.AUCTION_NOT_FOUND, () -> submit(quote("9999999999999999999", bobs("109"))));
        Refusal.expect(
                Reason.QUOTE_NOT_FOR_AUCTION,
                () -> submit(quote("1", OrderForm.buy(OrderForm.BOB, "0.01").at("109"))));
        Refusal.expect(
                Reason.INTENT_EXCEEDED, () -> submit(quote("1", bobs("109").intentTicks(1_091))));
        for (int i = 0; i < 4; i++) {
            submit(quote("1", bobs("109.9")));
        }
        Refusal many = Refusal.expect(Reason.TOO_MANY_QUOTES, () -> submit(quote("1", bobs("109.9"))));
        assertEquals("4", many.figure("bound"));
        mesh.script.advance(AuctionSettings.DEFAULT_MILLIS);
        Refusal.expect(Reason.AUCTION_ENDED, () -> submit(quote("1", bobs("109"))));
        mesh.riskRefuses = Reason.INSUFFICIENT_MARGIN;
        Refusal.expect(Reason.INSUFFICIENT_MARGIN, () -> submit(quote("1", bobs("109"))));
    }

    @Test
    void shouldRefuseToOpenAnAuctionForOrdersThatHaveNone() {
        OrderForm[] wrong = {
            OrderForm.buy(OrderForm.ALICE, "0.01").at("90").fok().with(AuctionOrderTest::asks),
            OrderForm.buy(OrderForm.ALICE, "0.01").at("90").postOnly().with(AuctionOrderTest::asks),
            OrderForm.buy(OrderForm.ALICE, "0.01").stopMarket("95", 900).with(AuctionOrderTest::asks),
            OrderForm.buy(OrderForm.ALICE, "0.01")
                    .at("90")
                    .type(OrderType.ORDER_TYPE_PEGGED)
                    .with(AuctionOrderTest::asks),
            OrderForm.buy(OrderForm.ALICE, "0.01")
                    .at("90")
                    .with(request -> request.setAuctionDuration(Durations.fromMillis(100)))
        };
        for (OrderForm form : wrong) {
            Refusal.expect(Reason.UNSUPPORTED_COMBINATION, () -> mesh.place(form));
        }
        assertTrue(mesh.commands.isEmpty());
    }

    private static void asks(PlaceOrderRequest.Builder request) {
        request.setAuction(AuctionPreference.AUCTION_PREFERENCE_OPEN);
    }

    @Test
    void shouldLetTheOrderSayHowLongItsAuctionRuns() throws Exception {
        Duration wanted = Durations.fromMillis(1_234);
        mesh.place(OrderForm.buy(OrderForm.ALICE, "0.01").at("90").with(request -> {
            asks(request);
            request.setAuctionDuration(wanted);
        }));
        assertEquals(
                1_234,
                assertInstanceOf(Command.PlaceInAuction.class, mesh.commands.getLast())
                        .auctionMillis());
    }

    @Test
    void shouldKeepTheSessionOfAnOrderThatOpensAnAuction() throws Exception {
        UUID session = new UUID(1, 2);
        PlaceOrderRequest request = OrderForm.buy(OrderForm.ALICE, "0.01")
                .at("90")
                .with(AuctionOrderTest::asks)
                .build();
        OrderEntry.Wanted wanted = mesh.entry.check(
                request,
                EntryFixture.call(OrderForm.ALICE).trader(),
                new StageClock(Clock.systemUTC(), MultiMap.caseInsensitiveMultiMap()));
        Command.PlaceOrder order = OrderEntry.command(wanted, Command.NO_RESERVATION, TraceParent.NONE);
        assertEquals(
                new Command.PlaceInAuction(order, Optional.of(session), AuctionSettings.DEFAULT_MILLIS),
                wanted.placement(order, session));
    }

    @Test
    void shouldOpenAnAuctionBySizeUnlessTheOrderWantsNone() {
        AuctionSettings settings =
                new AuctionSettings(AuctionSettings.thresholds("BTC-PERP=0.5,ETH-PERP=2", OrderForm.MARKETS), 700);
        assertEquals(
                0, millis(settings, OrderForm.buy(OrderForm.ALICE, "0.4999").at("90")));
        assertEquals(700, millis(settings, OrderForm.buy(OrderForm.ALICE, "0.5").at("90")));
        assertEquals(
                700,
                millis(settings, OrderForm.buy(OrderForm.ALICE, "0.1").at("90").with(AuctionOrderTest::asks)));
        assertEquals(
                0,
                millis(settings, OrderForm.buy(OrderForm.ALICE, "0.5").at("90").fok()));
        assertEquals(
                0,
                millis(
                        settings,
                        OrderForm.buy(OrderForm.ALICE, "0.5")
                                .at("90")
                                .with(request -> request.setAuction(AuctionPreference.AUCTION_PREFERENCE_NONE))));
    }

    private static int millis(AuctionSettings settings, OrderForm form) {
        PlaceOrderRequest request = form.build();
        return settings.millis(
                request,
                OrderTicket.of(request, OrderForm.MARKETS.bySymbol("BTC-PERP").orElseThrow()));
    }

    @Test
    void shouldRefuseSettingsThatMeanNothing() {
        for (String list : new String[] {"DOGE-PERP=1", "BTC-PERP", "BTC-PERP=", "BTC-PERP=0", "BTC-PERP=0.00001"}) {
            assertThrows(
                    Settings.SettingsException.class, () -> AuctionSettings.thresholds(list, OrderForm.MARKETS), list);
        }
        for (int millis : new int[] {0, 49, 5_001}) {
            assertThrows(Settings.SettingsException.class, () -> new AuctionSettings(Map.of(), millis));
        }
    }
}
