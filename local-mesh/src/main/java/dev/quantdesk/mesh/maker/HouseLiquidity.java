package dev.quantdesk.mesh.maker;

import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.marketdata.v1.ListMarketsRequest;
import dev.quantdesk.proto.marketdata.v1.Market;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The house's market maker: an ordinary client with a key of its own that quotes every market around its reference price, so
 * that an order on a fresh mesh meets a counterparty. Everything it does goes through the gateway.
 */
public final class HouseLiquidity {
    private static final Logger LOG = LoggerFactory.getLogger(HouseLiquidity.class);
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
    private static final Duration QUOTE_INTERVAL = Duration.ofSeconds(1);

    private HouseLiquidity() {}

    public static void main(String[] arguments) throws Exception {
        String[] gateway = environment("HOUSE_GATEWAY").split(":");
        KeyPair wallet = KeyPair.ofSeed(Arrays.copyOf(
                Base58.decode(
                        Files.readString(Path.of(environment("HOUSE_KEY_FILE"))).strip()),
                32));
        Path ready = Path.of(environment("HOUSE_READY_FILE"));
        // Untraced on purpose: quotes would push the traders' traces out of a small trace store.
        try (TraderClient client =
                new TraderClient(gateway[0], Integer.parseInt(gateway[1]), wallet, Telemetry.unsampled())) {
            quoteForEver(client, ready, markets());
        }
    }

    /** Symbols to quote; empty for all. */
    private static Set<String> markets() {
        String markets = System.getenv().getOrDefault("HOUSE_MARKETS", "");
        return markets.isEmpty() ? Set.of() : Set.of(markets.split(","));
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("the environment variable " + name + " is not set");
        }
        return value;
    }

    /** Signs in and quotes; whatever ends a session of quoting starts the next one, for the mesh may restart under it. */
    private static void quoteForEver(TraderClient client, Path ready, Set<String> markets) throws Exception {
        while (true) {
            try {
                client.signIn();
                client.requestTestFunds();
                quote(client, ready, markets);
            } catch (StatusRuntimeException refused) {
                LOG.warn("quoting stopped, again in {} s: {}", RETRY_PAUSE.toSeconds(), Refusal.of(refused));
            }
            Thread.sleep(RETRY_PAUSE);
        }
    }

    private static void quote(TraderClient client, Path ready, Set<String> markets) throws Exception {
        List<MarketQuoter> quoters = new ArrayList<>();
        try (OwnOrders own = OwnOrders.follow(client)) {
            for (Market market : client.marketData()
                    .listMarkets(ListMarketsRequest.getDefaultInstance())
                    .getMarketsList()) {
                if (markets.isEmpty() || markets.contains(market.getSymbol())) {
                    quoters.add(new MarketQuoter(client, market, own));
                }
            }
            while (true) {
                boolean all = true;
                for (MarketQuoter quoter : quoters) {
                    all &= quoter.refresh();
                }
                if (all && !Files.exists(ready)) {
                    Files.createFile(ready);
                }
                own.checkLive();
                Thread.sleep(QUOTE_INTERVAL);
            }
        } finally {
            Files.deleteIfExists(ready);
            quoters.forEach(MarketQuoter::close);
        }
    }
}
