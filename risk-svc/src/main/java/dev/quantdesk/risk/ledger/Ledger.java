package dev.quantdesk.risk.ledger;

import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.solana.PublicKey;
import io.vertx.sqlclient.Row;

/**
 * The ledger of collateral, as the service's role sees it: one account at a time. Amounts are millionths of a USDC.
 * Blocks; thread-safe.
 */
public final class Ledger {
    private static final String FAUCET = "faucet";

    private final Database database;

    public Ledger(Database database) {
        this.database = database;
    }

    /**
     * An account's balance.
     *
     * @param micros credits less debits
     * @param lastEntry the entry after which it is so; a greater one is later
     */
    public record Balance(long micros, long lastEntry) {}

    /** What became of a credit. @param credited false when the account had it already */
    public record Credit(boolean credited, Balance balance) {}

    /**
     * Moves test funds from the faucet to an account, once in its life.
     *
     * @param reference what the caller names the request
     * @param totalMicros what the faucet may have given out to all accounts afterwards
     * @throws FaucetEmptyException when that would be exceeded; nothing is written then
     * @throws Database.DatabaseException when the outcome is unknown or nothing was written; repeating is safe
     */
    public Credit creditTestFunds(PublicKey account, long amountMicros, String reference, long totalMicros)
            throws Exception {
        String name = account.toString();
        return database.inTransaction("ledger.credit_test_funds", name, tx -> {
            boolean credited = tx.query("""
                                    INSERT INTO risk.ledger_entries
                                        (debit_account, credit_account, amount_micros, idempotency_key, reference)
                                    VALUES ($1, $2, $3, $4, $5)
                                    ON CONFLICT (idempotency_key) DO NOTHING
                                    """, FAUCET, name, amountMicros, "test_funds:" + name, reference)
                            .rowCount()
                    == 1;
            // The entry's trigger has locked the faucet's balance: no other credit can pass between entry and check.
            if (credited && Math.negateExact(balance(tx, FAUCET).micros()) > totalMicros) {
                throw new FaucetEmptyException(totalMicros);
            }
            return new Credit(credited, balance(tx, name));
        });
    }

    private static Balance balance(Database.Tx tx, String account) throws InterruptedException {
        for (Row row : tx.query(
                "SELECT balance_micros, last_entry_id FROM risk.ledger_balances WHERE account = $1", account)) {
            return new Balance(row.getLong("balance_micros"), row.getLong("last_entry_id"));
        }
        throw new IllegalStateException("the ledger has an entry of " + account + " and no balance");
    }

    /** The faucet has given out all it may. */
    public static final class FaucetEmptyException extends Exception {
        private static final long serialVersionUID = 1L;

        private final long totalMicros;

        FaucetEmptyException(long totalMicros) {
            super("the faucet has given out all it may", null, false, false);
            this.totalMicros = totalMicros;
        }

        public long totalMicros() {
            return totalMicros;
        }
    }
}
