package dev.quantdesk.risk.ledger;

import dev.quantdesk.kit.config.Settings;
import dev.quantdesk.kit.identity.Identity;
import java.io.IOException;
import java.util.Set;

/** Gives each account test USDC once, on the local chain and nowhere else. Blocks; thread-safe. */
public final class Faucet {
    /** Genesis hashes of mainnet-beta, devnet and testnet, as {@code solana genesis-hash} prints them. */
    static final Set<String> PUBLIC_CLUSTERS = Set.of(
            "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d",
            "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG",
            "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY");

    private static final String MARKET_MAKER = "MARKET_MAKER";
    private static final long MICROS_PER_USDC = 1_000_000;
    /** Largest total: far below what would bring sums near the range of a long. */
    private static final long USDC_MAX = 1_000_000_000_000L;

    private final Limits limits;
    private final GenesisClient chain;
    private final Ledger ledger;

    /**
     * Bounds of the faucet; amounts in millionths of a USDC.
     *
     * @param localGenesisHash hash of the local chain; empty when there is none
     */
    public record Limits(String localGenesisHash, long amountMicros, long marketMakerMicros, long totalMicros) {
        /** @throws Settings.SettingsException when an amount is out of range */
        public static Limits of(Settings settings) {
            return new Limits(
                    settings.text("faucet.local_genesis_hash"),
                    micros(settings, "faucet.amount_usdc"),
                    micros(settings, "faucet.market_maker_amount_usdc"),
                    micros(settings, "faucet.total_usdc"));
        }

        private static long micros(Settings settings, String setting) {
            long usdc = settings.longValue(setting);
            if (usdc < 1 || usdc > USDC_MAX) {
                throw new Settings.SettingsException(setting + " is " + usdc + ", not from 1 to " + USDC_MAX);
            }
            return usdc * MICROS_PER_USDC;
        }
    }

    /** What became of a request. @param amountMicros what a credit gives to an account of this tier */
    public record Grant(Ledger.Credit credit, long amountMicros) {}

    public Faucet(Limits limits, GenesisClient chain, Ledger ledger) {
        this.limits = limits;
        this.chain = chain;
        this.ledger = ledger;
    }

    /**
     * @throws NotLocalException on any chain but the local one
     * @throws ChainUnavailableException when the chain can't be asked
     * @throws Ledger.FaucetEmptyException when all has been given out
     */
    public Grant request(Identity.Trader trader, String requestId) throws Exception {
        requireLocalChain();
        long amount = MARKET_MAKER.equals(trader.tier()) ? limits.marketMakerMicros() : limits.amountMicros();
        return new Grant(ledger.creditTestFunds(trader.account(), amount, requestId, limits.totalMicros()), amount);
    }

    private void requireLocalChain() throws Exception {
        String local = limits.localGenesisHash();
        if (local.isEmpty()) {
            throw new NotLocalException("this mesh does not run on a local chain");
        }
        if (PUBLIC_CLUSTERS.contains(local)) {
            throw new NotLocalException("the genesis hash that is set for the local chain is a public cluster's");
        }
        String actual;
        try {
            actual = chain.genesisHash();
        } catch (IOException unanswered) {
            throw new ChainUnavailableException(unanswered);
        }
        if (!actual.equals(local)) {
            throw new NotLocalException("the chain that answers is not the local one: its genesis hash is " + actual);
        }
    }

    /** The chain is not the local one. */
    public static final class NotLocalException extends Exception {
        private static final long serialVersionUID = 1L;

        NotLocalException(String message) {
            super(message, null, false, false);
        }
    }

    /** The chain did not say which one it is. */
    public static final class ChainUnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        ChainUnavailableException(IOException cause) {
            super("the Solana cluster does not say which one it is: " + cause.getMessage(), cause);
        }
    }
}
