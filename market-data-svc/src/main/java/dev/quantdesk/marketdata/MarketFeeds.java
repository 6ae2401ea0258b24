package dev.quantdesk.marketdata;

import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.marketdata.book.Instrument;
import dev.quantdesk.marketdata.feed.Feed;
import dev.quantdesk.marketdata.feed.KrakenSession;
import dev.quantdesk.marketdata.feed.LiveFeed;
import dev.quantdesk.marketdata.feed.RecordedFeed;
import dev.quantdesk.marketdata.feed.Recording;
import dev.quantdesk.marketdata.feed.SimulatedFeed;
import dev.quantdesk.marketdata.simulation.MarketSimulation;
import dev.quantdesk.marketdata.stream.MarketChannel;
import dev.quantdesk.marketdata.venue.MalformedFrameException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The markets with the feeds that drive them, as the settings say: a market with a venue product follows the venue, the
 * others are simulated.
 */
record MarketFeeds(List<MarketChannel> markets, List<Feed> feeds) {

    /** How venue products are followed. */
    private enum Mode {
        LIVE(Instrument.Source.LIVE),
        RECORDING(Instrument.Source.RECORDING);

        private final Instrument.Source source;

        Mode(Instrument.Source source) {
            this.source = source;
        }
    }

    static MarketFeeds of(Settings settings, Markets markets, Vertx vertx, Clock clock)
            throws IOException, MalformedFrameException {
        Mode mode = mode(settings);
        List<MarketChannel> channels = new ArrayList<>();
        Map<String, KrakenSession> sessions = new LinkedHashMap<>();
        List<SimulatedFeed.Driven> simulated = new ArrayList<>();
        for (Market market : markets.all()) {
            String product = settings.textOrEmpty("venue." + market.symbol() + ".product");
            if (product.isEmpty()) {
                MarketChannel channel = MarketChannel.of(Instrument.simulated(market));
                channels.add(channel);
                simulated.add(new SimulatedFeed.Driven(channel, simulation(settings, market)));
            } else {
                MarketChannel channel = MarketChannel.of(instrument(settings, market, product, mode));
                channels.add(channel);
                sessions.put(product, new KrakenSession(product, channel));
            }
        }
        List<Feed> feeds = new ArrayList<>();
        if (!sessions.isEmpty()) {
            feeds.add(
                    mode == Mode.LIVE
                            ? new LiveFeed(vertx, liveOptions(settings), sessions, clock)
                            : new RecordedFeed(Recording.load(settings.text("feed.recording")), sessions, clock));
        }
        if (!simulated.isEmpty()) {
            feeds.add(new SimulatedFeed(simulated, positive(settings, "simulation.interval"), clock));
        }
        return new MarketFeeds(channels, feeds);
    }

    private static Mode mode(Settings settings) {
        String mode = settings.text("feed.mode");
        try {
            return Mode.valueOf(mode.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException _) {
            throw new Settings.SettingsException("feed.mode is '" + mode + "', neither recording nor live");
        }
    }

    private static LiveFeed.Options liveOptions(Settings settings) {
        return new LiveFeed.Options(
                settings.text("feed.live_url"),
                positive(settings, "feed.silence_timeout"),
                positive(settings, "feed.snapshot_timeout"),
                positive(settings, "feed.reconnect_pause_min"),
                positive(settings, "feed.reconnect_pause_max"));
    }

    private static Instrument instrument(Settings settings, Market market, String product, Mode mode) {
        String venue = "venue." + market.symbol();
        return new Instrument(
                market,
                mode.source,
                "kraken-futures:" + product,
                decimal(settings, venue + ".price_step"),
                decimal(settings, venue + ".quantity_step"),
                settings.text(venue + ".quantity_unit"));
    }

    private static MarketSimulation simulation(Settings settings, Market market) {
        String path = "simulation." + market.symbol();
        try {
            MarketSimulation.Settings shape = new MarketSimulation.Settings(
                    market.ticks(settings.text(path + ".start_price")),
                    market.ticks(settings.text(path + ".level_spacing")),
                    market.lots(settings.text(path + ".typical_quantity")));
            // Markets with one seed would move alike.
            return new MarketSimulation(shape, settings.longValue("simulation.seed") + market.id());
        } catch (ArithmeticException | IllegalArgumentException wrong) {
            throw new Settings.SettingsException(path + ": " + wrong.getMessage());
        }
    }

    private static BigDecimal decimal(Settings settings, String path) {
        String text = settings.text(path);
        try {
            BigDecimal value = new BigDecimal(text);
            if (value.signum() > 0) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below, as for a number that is not above zero.
        }
        throw new Settings.SettingsException(path + " is '" + text + "', not a decimal above zero");
    }

    private static Duration positive(Settings settings, String path) {
        Duration duration = settings.duration(path);
        if (!duration.isPositive()) {
            throw new Settings.SettingsException(path + " is not above zero");
        }
        return duration;
    }
}
