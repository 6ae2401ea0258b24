package dev.quantdesk.execution.projection;

import dev.quantdesk.kit.db.Database;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * What the tables have, and how far they were when they were asked: they may be behind the engine, far behind while they are built anew.
 *
 * @param sequence of the last event that they held
 */
public record Projected<T>(T value, long sequence) {
    public <R> Projected<R> map(Function<T, R> change) {
        return new Projected<>(change.apply(value), sequence);
    }

    /** Newest rows of a table. One statement, so that they are of the same moment as the sequence. @param size most rows */
    static Projected<List<Row>> newest(Database.Tx tx, String table, String condition, int size, Object... arguments)
            throws InterruptedException {
        Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = size;
        List<Row> rows = new ArrayList<>();
        long sequence = 0;
        for (Row row : tx.query(
                "SELECT held.sequence AS held_sequence, found.* FROM execution.projection_cursor AS held LEFT JOIN (SELECT * FROM execution."
                        + table + " WHERE " + condition + " ORDER BY order_id DESC LIMIT $" + all.length
                        + ") AS found ON true WHERE held.name = 'orders' ORDER BY found.order_id DESC",
                all)) {
            sequence = row.getLong("held_sequence");
            if (row.getLong("order_id") != null) {
                rows.add(row);
            }
        }
        return new Projected<>(rows, sequence);
    }
}
