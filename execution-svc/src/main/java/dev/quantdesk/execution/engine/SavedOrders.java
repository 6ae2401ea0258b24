package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.agrona.concurrent.UnsafeBuffer;

/** What orders of a snapshot share: the form of their commands, which is the journal's, and where accounts and markets are found. */
final class SavedOrders {
    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[CommandCodec.LENGTH_MAX]);
    private final Function<PublicKey, Account> accounts;
    private final IntFunction<Market> markets;
    private final Map<Long, Bracket> brackets = new HashMap<>();

    SavedOrders(Function<PublicKey, Account> accounts, IntFunction<Market> markets) {
        this.accounts = accounts;
        this.markets = markets;
    }

    void write(Command order, SnapshotWriter out) {
        out.shared(order, each -> out.bytes(scratch, 0, CommandCodec.encode(each, scratch, 0)));
    }

    Command.PlaceOrder read(SnapshotReader in) {
        return in.shared(Command.PlaceOrder.class, () -> command(in, Command.PlaceOrder.class));
    }

    Command.PlaceAlgo readAlgo(SnapshotReader in) {
        return in.shared(Command.PlaceAlgo.class, () -> command(in, Command.PlaceAlgo.class));
    }

    private <T extends Command> T command(SnapshotReader in, Class<T> kind) {
        int length = in.bytes(scratch);
        try {
            Command command = CommandCodec.decodeCommand(scratch, 0, length);
            if (kind.isInstance(command)) {
                return kind.cast(command);
            }
        } catch (CodecException e) {
            throw new SnapshotException("an order of the snapshot can't be read: " + e.getMessage(), e);
        }
        throw new SnapshotException("the snapshot has another command where an order was expected");
    }

    /** Writes the brackets of all orders, each once. */
    void writeBrackets(Collection<LiveOrder> orders, SnapshotWriter out) {
        orders.stream()
                .filter(order -> order.bracket != null)
                .forEach(order -> brackets.putIfAbsent(order.bracket.id, order.bracket));
        out.section("brackets", 1).int32(brackets.size());
        brackets.values().forEach(bracket -> bracket.save(out));
    }

    void readBrackets(SnapshotReader in) {
        in.section("brackets", 1);
        for (int left = in.count(Integer.MAX_VALUE); left > 0; left--) {
            Bracket bracket = Bracket.load(in);
            brackets.put(bracket.id, bracket);
        }
    }

    Bracket bracket(long id) {
        Bracket bracket = brackets.get(id);
        if (bracket == null) {
            throw new SnapshotException("an order's bracket " + id + " is not in the snapshot");
        }
        return bracket;
    }

    Account account(PublicKey key) {
        Account account = accounts.apply(key);
        if (account == null) {
            throw new SnapshotException("an order's account " + key + " is not in the snapshot");
        }
        return account;
    }

    Market market(int marketId) {
        Market market = markets.apply(marketId);
        if (market == null) {
            throw new SnapshotException("the snapshot has an order in market " + marketId + ", which there is not");
        }
        return market;
    }
}
