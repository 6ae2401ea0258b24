package dev.quantdesk.auth.delegate;

import dev.quantdesk.kit.db.Database.Tx;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Sub-accounts in Postgres, each a row of its owner's. They are never deleted, so their numbers have no gaps. Thread-safe. */
final class SubAccountStore {
    /** Sub-accounts of one owner. */
    static final int MAX = 128;

    private final AccountStore accounts;

    SubAccountStore(AccountStore accounts) {
        this.accounts = accounts;
    }

    /** The owner's account after the change, and the sub-account. */
    record Created(Account owner, SubAccount subAccount) {}

    /**
     * Makes a sub-account with the next number. A name that is there already gives the sub-account that has it.
     *
     * @throws ApiException with {@link Reason#TOO_MANY_SUB_ACCOUNTS}
     */
    Created create(PublicKey owner, String name, Instant now) throws Exception {
        return accounts.change("sub_accounts.create", owner, now, tx -> {
            List<SubAccount> present = read(tx, owner);
            for (SubAccount each : present) {
                if (each.name().equals(name)) {
                    return new Created(accounts.read(tx, owner, now), each);
                }
            }
            requireRoom(present.size());
            int number = present.size() + 1;
            SubAccount made = new SubAccount(number, SubAccountKeys.of(owner, number), name, now);
            insert(tx, owner, made);
            AccountStore.changed(tx, owner);
            return new Created(accounts.read(tx, owner, now), made);
        });
    }

    /** In the order of their numbers. */
    List<SubAccount> list(PublicKey owner) throws Exception {
        return accounts.transaction("sub_accounts.list", owner, tx -> read(tx, owner));
    }

    private static void requireRoom(int present) {
        if (present >= MAX) {
            throw ApiException.refuse(
                            Reason.TOO_MANY_SUB_ACCOUNTS,
                            "The wallet has " + present + " sub-accounts of at most " + MAX + ".")
                    .with("limit", "sub_accounts")
                    .with("value", Integer.toString(present))
                    .with("bound", Integer.toString(MAX))
                    .build();
        }
    }

    private static void insert(Tx tx, PublicKey owner, SubAccount made) throws InterruptedException {
        tx.query(
                "INSERT INTO auth.sub_accounts (owner, number, account, name, create_time) VALUES ($1, $2, $3, $4, $5)",
                owner.toString(),
                made.number(),
                made.account().toString(),
                made.name(),
                AccountStore.utc(made.created()));
    }

    private static List<SubAccount> read(Tx tx, PublicKey owner) throws InterruptedException {
        List<SubAccount> found = new ArrayList<>();
        for (Row row : tx.query(
                "SELECT number, account, name, create_time FROM auth.sub_accounts WHERE owner = $1 ORDER BY number",
                owner.toString())) {
            found.add(new SubAccount(
                    row.getInteger("number"),
                    PublicKey.parse(row.getString("account")),
                    row.getString("name"),
                    row.getOffsetDateTime("create_time").toInstant()));
        }
        return found;
    }
}
