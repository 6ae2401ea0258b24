package dev.quantdesk.risk.events;

import static dev.quantdesk.kit.db.Database.column;

import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.risk.account.Accounts;
import dev.quantdesk.risk.account.EngineChange;
import dev.quantdesk.risk.account.OpenOrder;
import dev.quantdesk.risk.margin.Position;
import dev.quantdesk.risk.margin.Side;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** What is kept of all accounts between two runs, under the role that sees all accounts. Blocks; used by one thread. */
final class RiskStore {
    /** Rows fetched at a time. */
    private static final int PAGE = 10_000;

    private final Database database;
    private final Markets markets;
    private final String stream;

    RiskStore(Database database, Markets markets, String stream) {
        this.database = database;
        this.markets = markets;
        this.stream = stream;
    }

    /** Rows that follow from a batch of events: absolute values, so that writing them again has no effect. */
    record Rows(List<PositionRow> positions, List<OrderRow> open, List<Long> closed) {}

    record PositionRow(PublicKey account, Market market, Position position) {}

    record OrderRow(PublicKey account, OpenOrder order) {}

    /** Writes rows and cursor in one transaction. */
    void write(Rows rows, Cursor cursor) throws Exception {
        database.inTransaction("risk.write_events", "", tx -> {
            writePositions(tx, rows.positions());
            writeOrders(tx, rows.open());
            if (!rows.closed().isEmpty()) {
                tx.send(
                        "DELETE FROM risk.open_orders WHERE order_id = ANY($1)",
                        column(rows.closed(), Long[]::new, id -> id));
            }
            tx.query(
                    """
                    INSERT INTO risk.event_cursors (stream, sequence, event_time, first_event_time)
                    VALUES ($1, $2, $3, $4)
                    ON CONFLICT (stream) DO UPDATE SET sequence = EXCLUDED.sequence,
                        event_time = EXCLUDED.event_time, first_event_time = EXCLUDED.first_event_time
                    """,
                    stream,
                    cursor.sequence(),
                    cursor.eventTime().atOffset(ZoneOffset.UTC),
                    cursor.firstEventTime().atOffset(ZoneOffset.UTC));
            return null;
        });
    }

    private static void writePositions(Database.Tx tx, List<PositionRow> rows) throws InterruptedException {
        if (rows.isEmpty()) {
            return;
        }
        tx.send(
                """
                INSERT INTO risk.positions (account, market, lots, quote, entry)
                SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
                ON CONFLICT (account, market)
                DO UPDATE SET lots = EXCLUDED.lots, quote = EXCLUDED.quote, entry = EXCLUDED.entry
                """,
                column(rows, String[]::new, row -> row.account().toString()),
                column(rows, String[]::new, row -> row.market().symbol()),
                column(rows, Long[]::new, row -> row.position().lots()),
                column(rows, Long[]::new, row -> row.position().quote()),
                column(rows, Long[]::new, row -> row.position().entry()));
    }

    private static void writeOrders(Database.Tx tx, List<OrderRow> rows) throws InterruptedException {
        if (rows.isEmpty()) {
            return;
        }
        tx.send(
                """
                INSERT INTO risk.open_orders (order_id, account, market, sell, price_ticks, lots, reduce_only)
                SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[], $5::bigint[], $6::bigint[], $7::boolean[])
                ON CONFLICT (order_id) DO UPDATE SET price_ticks = EXCLUDED.price_ticks, lots = EXCLUDED.lots
                """,
                column(rows, Long[]::new, row -> row.order().orderId()),
                column(rows, String[]::new, row -> row.account().toString()),
                column(rows, String[]::new, row -> row.order().market().symbol()),
                column(rows, Boolean[]::new, row -> row.order().side() == Side.SELL),
                column(rows, Long[]::new, row -> row.order().priceTicks()),
                column(rows, Long[]::new, row -> row.order().lots()),
                column(rows, Boolean[]::new, row -> row.order().reduceOnly()));
    }

    /** Removes all that follows from the engine's events. */
    void clear() throws Exception {
        database.inTransaction("risk.clear_events", "", tx -> {
            tx.query("TRUNCATE risk.positions, risk.open_orders");
            tx.query("DELETE FROM risk.event_cursors WHERE stream = $1", stream);
            return null;
        });
    }

    /** Fills {@code accounts} with what was stored. @return how far that is complete */
    Cursor load(Accounts accounts) throws Exception {
        return database.inTransaction("risk.load", "", tx -> {
            loadBalances(tx, accounts);
            loadPositions(tx, accounts);
            loadOrders(tx, accounts);
            for (Row row : tx.query(
                    "SELECT sequence, event_time, first_event_time FROM risk.event_cursors WHERE stream = $1",
                    stream)) {
                return new Cursor(
                        row.getLong("sequence"), instant(row, "event_time"), instant(row, "first_event_time"));
            }
            return Cursor.START;
        });
    }

    private static void loadBalances(Database.Tx tx, Accounts accounts) throws InterruptedException {
        String last = "";
        RowSet<Row> page;
        do {
            page = tx.query("""
                    SELECT account, balance_micros, last_entry_id FROM risk.ledger_balances
                    WHERE account > $1 AND account <> 'faucet' ORDER BY account LIMIT $2
                    """, last, PAGE);
            for (Row row : page) {
                last = row.getString("account");
                accounts.change(
                        PublicKey.parse(last),
                        account -> account.collateral(row.getLong("balance_micros"), row.getLong("last_entry_id")));
            }
        } while (page.size() == PAGE);
    }

    private void loadPositions(Database.Tx tx, Accounts accounts) throws InterruptedException {
        String lastAccount = "";
        String lastMarket = "";
        RowSet<Row> page;
        do {
            page = tx.query("""
                    SELECT account, market, lots, quote, entry FROM risk.positions
                    WHERE (account, market) > ($1, $2) ORDER BY account, market LIMIT $3
                    """, lastAccount, lastMarket, PAGE);
            for (Row row : page) {
                lastAccount = row.getString("account");
                lastMarket = row.getString("market");
                Market market = market(lastMarket);
                Position position = new Position(row.getLong("lots"), row.getLong("quote"), row.getLong("entry"));
                accounts.change(PublicKey.parse(lastAccount), account -> account.restore(market, position));
            }
        } while (page.size() == PAGE);
    }

    private void loadOrders(Database.Tx tx, Accounts accounts) throws InterruptedException {
        long last = 0;
        RowSet<Row> page;
        do {
            page = tx.query("""
                    SELECT order_id, account, market, sell, price_ticks, lots, reduce_only FROM risk.open_orders
                    WHERE order_id > $1 ORDER BY order_id LIMIT $2
                    """, last, PAGE);
            for (Row row : page) {
                last = row.getLong("order_id");
                OpenOrder order = new OpenOrder(
                        last,
                        market(row.getString("market")),
                        row.getBoolean("sell") ? Side.SELL : Side.BUY,
                        row.getLong("price_ticks"),
                        row.getLong("lots"),
                        row.getBoolean("reduce_only"));
                accounts.change(
                        PublicKey.parse(row.getString("account")),
                        account -> account.open(order, EngineChange.NO_RESERVATION));
            }
        } while (page.size() == PAGE);
    }

    private Market market(String symbol) {
        return markets.bySymbol(symbol)
                .orElseThrow(() -> new IllegalStateException("rows of a market that does not exist: " + symbol));
    }

    private static Instant instant(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }
}
