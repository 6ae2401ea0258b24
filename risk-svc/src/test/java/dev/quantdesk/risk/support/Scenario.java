package dev.quantdesk.risk.support;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.HashMap;
import java.util.Map;

/**
 * A running risk-svc with everything around it: empty Postgres and Redis, a local chain, the streams, SOL-PERP at
 * 100.
 */
public final class Scenario implements AutoCloseable {
    public static final String LOCAL_HASH = "4sGjMW1sUnHzSxGspuhpqLDx6wiyjNtZAMdL4VZHirAn";

    private final Backends backends;
    private final Identities identities;
    private final FakeChain chain;
    private final Streams streams;
    private final Map<String, String> environment = new HashMap<>();
    private RunningRisk risk;

    private Scenario() throws Exception {
        backends = Backends.empty();
        identities = new Identities();
        chain = new FakeChain();
        chain.answersHash(LOCAL_HASH);
        streams = new Streams(backends.redis(), "SOL-PERP", 1_700_000_000);
        environment.putAll(backends.environment());
        environment.put("SOLANA_RPC_URL", chain.url());
        environment.put("LOCAL_CHAIN_GENESIS_HASH", LOCAL_HASH);
    }

    /** Everything around the service, which is started by {@link #start}. */
    public static Scenario prepared() throws Exception {
        return new Scenario();
    }

    /** A service that is ready and has a mark price. */
    public static Scenario running() throws Exception {
        Scenario scenario = new Scenario();
        scenario.streams.mark("100");
        scenario.start();
        scenario.risk.awaitTrusted();
        return scenario;
    }

    public Scenario with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    public RunningRisk start() throws Exception {
        risk = new RunningRisk(environment, identities);
        return risk;
    }

    public void stop() {
        risk.close();
        risk = null;
    }

    public RunningRisk risk() {
        return risk;
    }

    public Backends backends() {
        return backends;
    }

    public Identities identities() {
        return identities;
    }

    public FakeChain chain() {
        return chain;
    }

    public Streams streams() {
        return streams;
    }

    public Map<String, String> environment() {
        return Map.copyOf(environment);
    }

    /** Gives a trader 10,000 USDC. */
    public PublicKey funded(long number) throws InterruptedException {
        PublicKey trader = TestMarkets.account(number);
        risk.requestFunds(trader, "FREE");
        return trader;
    }

    @Override
    public void close() {
        if (risk != null) {
            stop();
        }
        chain.close();
    }
}
