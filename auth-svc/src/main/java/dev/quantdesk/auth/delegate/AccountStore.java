package dev.quantdesk.auth.delegate;

import dev.quantdesk.auth.delegate.Delegation.Granted;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.db.Database.DatabaseException;
import dev.quantdesk.kit.db.Database.Tx;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Accounts and grants in Postgres. Changes to one account happen one after the other. Thread-safe. */
public final class AccountStore {
    /** Grants kept for one account, ended ones included: they are what stops a revoked grant from coming back. */
    static final int MAX_GRANTS_KEPT = 1_000;

    private final Database database;
    private final TierPolicy tiers;

    public AccountStore(Database database, TierPolicy tiers) {
        this.database = database;
        this.tiers = tiers;
    }

    /** The account after a change, and the grant that the change was about. */
    record Changed(Account account, Granted granted) {}

    /** The account, which is made when it is new. */
    Account open(PublicKey account, Instant now) throws Exception {
        return transaction("accounts.open", account, tx -> {
            create(tx, account, now);
            return read(tx, account, now);
        });
    }

    List<Granted> live(PublicKey account, Instant now) throws Exception {
        return transaction("delegates.list", account, tx -> liveGrants(tx, account, now));
    }

    /**
     * Registers a grant whose signature was verified. A grant for the same session key takes the place of the one
     * before.
     *
     * @throws ApiException with {@link Reason#DELEGATION_REVOKED} or {@link Reason#TOO_MANY_DELEGATES}
     */
    Changed grant(Delegation delegation, byte[] signature, Instant now) throws Exception {
        PublicKey account = delegation.account();
        return transaction("delegates.grant", account, tx -> {
            create(tx, account, now);
            lock(tx, account);
            RowSet<Row> same = tx.query(
                    "SELECT create_time, end_time FROM auth.delegates WHERE account = $1 AND public_key = $2"
                            + " AND expire_seconds = $3 AND max_order_notional_micros = $4",
                    account.toString(),
                    delegation.sessionKey().toString(),
                    delegation.expireSeconds(),
                    delegation.notionalMicros());
            if (same.size() > 0) {
                return repeated(tx, delegation, same.iterator().next(), now);
            }
            end(tx, account, delegation.sessionKey(), now);
            requireRoom(tx, account, now);
            insert(tx, delegation, signature, now);
            changed(tx, account);
            return new Changed(read(tx, account, now), granted(delegation, now));
        });
    }

    private Changed repeated(Tx tx, Delegation delegation, Row row, Instant now) throws InterruptedException {
        if (row.getOffsetDateTime("end_time") != null) {
            throw ApiException.refuse(Reason.DELEGATION_REVOKED, Reason.DELEGATION_REVOKED.meaning())
                    .with("public_key", delegation.sessionKey().toString())
                    .build();
        }
        Instant created = row.getOffsetDateTime("create_time").toInstant();
        return new Changed(read(tx, delegation.account(), now), granted(delegation, created));
    }

    /** Takes the session key's rights away; the account is as before when it had none. */
    Account revoke(PublicKey account, PublicKey sessionKey, Instant now) throws Exception {
        return transaction("delegates.revoke", account, tx -> {
            create(tx, account, now);
            lock(tx, account);
            if (end(tx, account, sessionKey, now) > 0) {
                changed(tx, account);
            }
            return read(tx, account, now);
        });
    }

    /** Carries out a change to an account, which is made when it is new; no other change to it happens meanwhile. */
    <T> T change(String operation, PublicKey account, Instant now, Database.Work<T> work) throws Exception {
        return transaction(operation, account, tx -> {
            create(tx, account, now);
            lock(tx, account);
            return work.run(tx);
        });
    }

    private static void create(Tx tx, PublicKey account, Instant now) throws InterruptedException {
        tx.query(
                "INSERT INTO auth.accounts (account, create_time) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                account.toString(),
                utc(now));
    }

    private static void lock(Tx tx, PublicKey account) throws InterruptedException {
        tx.query("SELECT 1 FROM auth.accounts WHERE account = $1 FOR UPDATE", account.toString());
    }

    private static int end(Tx tx, PublicKey account, PublicKey sessionKey, Instant now) throws InterruptedException {
        return tx.query(
                        "UPDATE auth.delegates SET end_time = $3"
                                + " WHERE account = $1 AND public_key = $2 AND end_time IS NULL",
                        account.toString(),
                        sessionKey.toString(),
                        utc(now))
                .rowCount();
    }

    static void changed(Tx tx, PublicKey account) throws InterruptedException {
        tx.query("UPDATE auth.accounts SET version = version + 1 WHERE account = $1", account.toString());
    }

    private static void requireRoom(Tx tx, PublicKey account, Instant now) throws InterruptedException {
        // An expired grant is refused for its expiry, so it need not be remembered any longer.
        tx.query(
                "DELETE FROM auth.delegates WHERE account = $1 AND expire_seconds <= $2",
                account.toString(),
                now.getEpochSecond());
        Row counts = tx.query(
                        "SELECT count(*) AS kept, count(*) FILTER (WHERE end_time IS NULL) AS live"
                                + " FROM auth.delegates WHERE account = $1",
                        account.toString())
                .iterator()
                .next();
        requireBelow("live session keys", counts.getLong("live"), Account.MAX_DELEGATES);
        requireBelow("unexpired delegations", counts.getLong("kept"), MAX_GRANTS_KEPT);
    }

    private static void requireBelow(String limit, long value, int bound) {
        if (value >= bound) {
            throw ApiException.refuse(
                            Reason.TOO_MANY_DELEGATES,
                            "The account has " + value + " " + limit + " of at most " + bound + ".")
                    .with("limit", limit)
                    .with("value", Long.toString(value))
                    .with("bound", Integer.toString(bound))
                    .build();
        }
    }

    private static void insert(Tx tx, Delegation delegation, byte[] signature, Instant now)
            throws InterruptedException {
        tx.query(
                "INSERT INTO auth.delegates (account, public_key, expire_seconds, max_order_notional_micros,"
                        + " max_order_notional_text, signature, create_time) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                delegation.account().toString(),
                delegation.sessionKey().toString(),
                delegation.expireSeconds(),
                delegation.notionalMicros(),
                delegation.notionalText(),
                Buffer.buffer(signature),
                utc(now));
    }

    Account read(Tx tx, PublicKey account, Instant now) throws InterruptedException {
        Row row = tx.query(
                        "SELECT version, tier,"
                                + " (SELECT count(*) FROM auth.sub_accounts WHERE owner = $1)::int AS sub_accounts"
                                + " FROM auth.accounts WHERE account = $1",
                        account.toString())
                .iterator()
                .next();
        List<Identity.Delegate> delegates =
                liveGrants(tx, account, now).stream().map(Granted::delegate).toList();
        Tier tier = tiers.tierOf(account, Tier.valueOf(row.getString("tier")));
        return new Account(account, row.getLong("version"), tier, row.getInteger("sub_accounts"), delegates);
    }

    private static List<Granted> liveGrants(Tx tx, PublicKey account, Instant now) throws InterruptedException {
        List<Granted> granted = new ArrayList<>();
        for (Row row : tx.query(
                "SELECT public_key, expire_seconds, max_order_notional_micros, create_time FROM auth.delegates"
                        + " WHERE account = $1 AND end_time IS NULL AND expire_seconds > $2"
                        + " ORDER BY create_time, public_key",
                account.toString(),
                now.getEpochSecond())) {
            Identity.Delegate delegate = new Identity.Delegate(
                    PublicKey.parse(row.getString("public_key")),
                    row.getLong("expire_seconds"),
                    row.getLong("max_order_notional_micros"));
            granted.add(
                    new Granted(delegate, row.getOffsetDateTime("create_time").toInstant()));
        }
        return granted;
    }

    private static Granted granted(Delegation delegation, Instant created) {
        return new Granted(
                new Identity.Delegate(delegation.sessionKey(), delegation.expireSeconds(), delegation.notionalMicros()),
                created);
    }

    static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    <T> T transaction(String operation, PublicKey account, Database.Work<T> work) throws Exception {
        try {
            return database.inTransaction(operation, account.toString(), work);
        } catch (DatabaseException failed) {
            if (!failed.sqlState().isEmpty()) {
                throw failed;
            }
            throw ApiException.refuse(Reason.UPSTREAM_UNAVAILABLE, "The account store did not answer.")
                    .with("store", "postgres")
                    .build();
        }
    }
}
