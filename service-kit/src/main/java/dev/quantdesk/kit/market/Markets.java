package dev.quantdesk.kit.market;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The markets of this mesh, the same list in every service: {@code markets.conf} on the class path. Immutable. */
public final class Markets {
    private final List<Market> markets;

    private Markets(List<Market> markets) {
        this.markets = markets;
    }

    public static Markets load() {
        Config config = ConfigFactory.parseResources("markets.conf").resolve();
        return new Markets(config.getConfigList("markets").stream()
                .map(Markets::read)
                .sorted(Comparator.comparing(Market::symbol))
                .toList());
    }

    /** Some of these markets. @throws IllegalArgumentException when one of the symbols is unknown */
    public Markets only(List<String> symbols) {
        return new Markets(symbols.stream()
                .map(symbol -> bySymbol(symbol.strip())
                        .orElseThrow(() -> new IllegalArgumentException("there is no market '" + symbol + "'")))
                .distinct()
                .sorted(Comparator.comparing(Market::symbol))
                .toList());
    }

    private static Market read(Config market) {
        BigDecimal tick = new BigDecimal(market.getString("tick_size"));
        BigDecimal lot = new BigDecimal(market.getString("lot_size"));
        return new Market(
                market.getInt("id"),
                market.getString("symbol"),
                market.getString("base_asset"),
                tick,
                lot,
                Decimals.toUnits(market.getString("min_quantity"), lot),
                Decimals.toUnits(market.getString("max_quantity"), lot),
                Decimals.toUnits(market.getString("max_price"), tick),
                market.getInt("initial_margin_bps"),
                market.getInt("maintenance_margin_bps"));
    }

    /** All markets, ordered by symbol. */
    public List<Market> all() {
        return markets;
    }

    public Optional<Market> bySymbol(String symbol) {
        return markets.stream().filter(m -> m.symbol().equals(symbol)).findFirst();
    }

    public Optional<Market> byId(int id) {
        return markets.stream().filter(m -> m.id() == id).findFirst();
    }
}
