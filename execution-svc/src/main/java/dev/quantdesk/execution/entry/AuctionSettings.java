package dev.quantdesk.execution.entry;

import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.engine.Command;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.proto.execution.v1.AuctionPreference;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Which orders are to open an auction, and for how long. What it decides is in the engine's log with the order: these settings may
 * be changed at any time. Immutable.
 */
public final class AuctionSettings {
    /** The duration where none is set. */
    static final int DEFAULT_MILLIS = 300;

    /** Only orders that ask for an auction open one. */
    static final AuctionSettings ON_REQUEST = new AuctionSettings(Map.of(), DEFAULT_MILLIS);

    private final Map<Integer, Long> thresholdLots;
    private final int millis;

    /**
     * @param thresholdLots by market id the lots from which an order opens an auction; of others none does by its size
     * @param millis how long an auction runs that does not say it
     */
    AuctionSettings(Map<Integer, Long> thresholdLots, int millis) {
        if (millis < Command.AUCTION_MILLIS_MIN || millis > Command.AUCTION_MILLIS_MAX) {
            throw new Settings.SettingsException("auction.duration is " + millis + " ms, not "
                    + Command.AUCTION_MILLIS_MIN + " to " + Command.AUCTION_MILLIS_MAX);
        }
        this.thresholdLots = Map.copyOf(thresholdLots);
        this.millis = millis;
    }

    /** @throws Settings.SettingsException when they name an unknown market, or a quantity that it does not know */
    public static AuctionSettings of(Settings settings, Markets markets) {
        return new AuctionSettings(
                thresholds(settings.text("auction.thresholds"), markets),
                Math.toIntExact(settings.duration("auction.duration").toMillis()));
    }

    /** {@code SYMBOL=QUANTITY}, separated by commas. */
    static Map<Integer, Long> thresholds(String list, Markets markets) {
        Map<Integer, Long> lots = new HashMap<>();
        for (String entry : list.isEmpty() ? new String[0] : list.split(",")) {
            String[] parts = entry.strip().split("=", 2);
            Market market = markets.bySymbol(parts[0])
                    .orElseThrow(() -> new Settings.SettingsException(
                            "auction.thresholds names '" + parts[0] + "', which is no market here"));
            lots.put(market.id(), lots(market, parts.length == 2 ? parts[1] : ""));
        }
        return lots;
    }

    private static long lots(Market market, String quantity) {
        try {
            long lots = market.lots(quantity);
            if (lots >= market.minLots() && lots <= market.maxLots()) {
                return lots;
            }
        } catch (ArithmeticException | NumberFormatException notLots) {
            // Said below.
        }
        throw new Settings.SettingsException("auction.thresholds has '" + quantity + "' for " + market.symbol()
                + ", not " + market.quantity(market.minLots()) + " to " + market.quantity(market.maxLots())
                + " in whole lots");
    }

    /**
     * How long the auction runs that an order is to open, in milliseconds; 0 for none.
     *
     * @throws dev.quantdesk.kit.rpc.ApiException when an order asks for one that can't have it
     */
    int millis(PlaceOrderRequest request, OrderTicket ticket) {
        boolean asks = request.getAuction() == AuctionPreference.AUCTION_PREFERENCE_OPEN;
        if (request.hasAuctionDuration() && !asks) {
            throw OrderTicket.combination(
                    "auction_duration", "Only an order that asks for an auction says how long it runs.");
        }
        boolean fits = fits(ticket);
        if (asks && !fits) {
            throw OrderTicket.combination(
                    "auction",
                    "An order that is fill-or-kill or post-only, or waits for a price or follows one, opens no auction.");
        }
        if (request.hasAuctionDuration()) {
            return Math.toIntExact(Durations.toMillis(request.getAuctionDuration()));
        }
        boolean large = request.getAuction() == AuctionPreference.AUCTION_PREFERENCE_UNSPECIFIED
                && ticket.lots() >= thresholdLots.getOrDefault(ticket.market().id(), Long.MAX_VALUE);
        return asks || large && fits ? millis : 0;
    }

    private static boolean fits(OrderTicket ticket) {
        return ticket.timeInForce() != TimeInForce.FOK
                && ticket.postOnly() == PostOnly.NO
                && !ticket.trigger().waits()
                && !ticket.peg().follows();
    }
}
