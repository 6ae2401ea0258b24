package dev.quantdesk.risk.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.risk.v1.Balance;
import dev.quantdesk.proto.risk.v1.RequestTestFundsResponse;
import dev.quantdesk.risk.support.RunningRisk;
import dev.quantdesk.risk.support.Scenario;
import dev.quantdesk.risk.support.TestMarkets;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class FaucetTest {
    private static final PublicKey TRADER = TestMarkets.account(1);

    private Scenario scenario;

    @BeforeEach
    void prepare() throws Exception {
        scenario = Scenario.prepared();
    }

    @AfterEach
    void stop() {
        scenario.close();
    }

    private ApiException refusal() {
        ApiException refusal =
                assertThrows(ApiException.class, () -> scenario.risk().requestFunds(TRADER, "FREE"));
        try {
            assertEquals(List.of(), scenario.risk().balances(TRADER).getBalancesList());
            assertEquals(List.of("0"), scenario.backends().rows("SELECT count(*) FROM risk.ledger_entries"));
        } catch (Exception unexpected) {
            throw new AssertionError(unexpected);
        }
        return refusal;
    }

    @Test
    void shouldGiveANewAccountItsFundsOnce() throws Exception {
        scenario.start();
        Balance balance = Balance.newBuilder()
                .setAsset("USDC")
                .setAmount("10000")
                .setAvailable("10000")
                .build();

        assertEquals(
                RequestTestFundsResponse.newBuilder()
                        .setCredited("10000")
                        .addBalances(balance)
                        .build(),
                scenario.risk().requestFunds(TRADER, "FREE"));
        assertEquals(
                RequestTestFundsResponse.newBuilder().addBalances(balance).build(),
                scenario.risk().requestFunds(TRADER, "MARKET_MAKER"));
        assertEquals(List.of(balance), scenario.risk().balances(TRADER).getBalancesList());
    }

    @Test
    void shouldGiveMarketMakersMore() throws Exception {
        scenario.start();

        assertEquals(
                "5000000", scenario.risk().requestFunds(TRADER, "MARKET_MAKER").getCredited());
    }

    @Test
    void shouldKnowTheCollateralAfterARestart() throws Exception {
        scenario.start();
        scenario.funded(1);
        scenario.stop();
        scenario.start();

        assertEquals("10000", scenario.risk().balances(TRADER).getBalances(0).getAmount());
    }

    @Test
    void shouldRefuseWhenNoLocalChainIsSet() throws Exception {
        scenario.with("LOCAL_CHAIN_GENESIS_HASH", "").start();

        assertEquals("FAUCET_LOCAL_ONLY", refusal().reason());
    }

    @Test
    void shouldRefuseWhenTheChainIsAnother() throws Exception {
        scenario.start();
        scenario.chain().answersHash("11111111111111111111111111111111");

        assertEquals("FAUCET_LOCAL_ONLY", refusal().reason());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d",
                "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG",
                "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY"
            })
    void shouldRefuseOnAPublicClusterEvenWhenItIsSetAsTheLocalChain(String hash) throws Exception {
        scenario.with("LOCAL_CHAIN_GENESIS_HASH", hash).start();
        scenario.chain().answersHash(hash);

        assertEquals("FAUCET_LOCAL_ONLY", refusal().reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"not json", "{}", "{\"result\":7}", "[]", "{\"error\":{\"code\":-32601}}"})
    void shouldRefuseWhenTheChainDoesNotSayWhichOneItIs(String body) throws Exception {
        scenario.start();
        scenario.chain().answers(200, body);

        assertEquals("UPSTREAM_UNAVAILABLE", refusal().reason());
    }

    @Test
    void shouldRefuseWhenTheChainFailsOrSaysTooMuch() throws Exception {
        scenario.start();
        scenario.chain().answers(500, "{\"result\":\"" + Scenario.LOCAL_HASH + "\"}");
        assertEquals("UPSTREAM_UNAVAILABLE", refusal().reason());
        scenario.chain().answers(200, " ".repeat(20_000) + "{\"result\":\"" + Scenario.LOCAL_HASH + "\"}");
        assertEquals("UPSTREAM_UNAVAILABLE", refusal().reason());
    }

    @Test
    void shouldRefuseInTimeWhenTheChainIsSilentOrGone() throws Exception {
        scenario.start();
        scenario.chain().staysSilent();
        assertEquals("UPSTREAM_UNAVAILABLE", refusal().reason());
        scenario.chain().close();
        assertEquals("UPSTREAM_UNAVAILABLE", refusal().reason());
    }

    @Test
    void shouldRefuseWhenAllIsGivenOut() throws Exception {
        scenario.with("FAUCET_TOTAL_USDC", "9999").start();

        assertEquals("TEST_FUNDS_EXHAUSTED", refusal().reason());
    }

    @Test
    void shouldNotStartWithAnAmountThatIsNone() {
        scenario.with("FAUCET_AMOUNT_USDC", "0");

        assertThrows(Settings.SettingsException.class, scenario::start);
    }

    @Test
    void shouldTraceTheQuestionToTheChain() throws Exception {
        List<String> spans = new CopyOnWriteArrayList<>();
        SpanProcessor names = new SpanProcessor() {
            @Override
            public void onStart(Context parent, ReadWriteSpan span) {}

            @Override
            public boolean isStartRequired() {
                return false;
            }

            @Override
            public void onEnd(ReadableSpan span) {
                spans.add(span.getName());
            }

            @Override
            public boolean isEndRequired() {
                return true;
            }
        };
        try (SdkTracerProvider provider =
                        SdkTracerProvider.builder().addSpanProcessor(names).build();
                OpenTelemetrySdk sdk =
                        OpenTelemetrySdk.builder().setTracerProvider(provider).build();
                RunningRisk traced =
                        new RunningRisk(scenario.environment(), scenario.identities(), Telemetry.of(sdk))) {
            traced.requestFunds(TRADER, "FREE");
        }

        assertTrue(spans.contains("solana getGenesisHash"), spans.toString());
        assertTrue(spans.contains("postgres ledger.credit_test_funds"), spans.toString());
    }
}
