package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotException;
import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.agrona.concurrent.UnsafeBuffer;

/** What orders of a snapshot share: the form of their commands, which is the journal's, and where accounts and markets are found. */
final class SavedOrders {
    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[CommandCodec.LENGTH_MAX]);
    private final Function<PublicKey, Account> accounts;
    private final IntFunction<Market> markets;

    SavedOrders(Function<PublicKey, Account> accounts, IntFunction<Market> markets) {
        this.accounts = accounts;
        this.markets = markets;
    }

    void write(Command.PlaceOrder order, SnapshotWriter out) {
        out.bytes(scratch, 0, CommandCodec.encode(order, scratch, 0));
    }

    Command.PlaceOrder read(SnapshotReader in) {
        int length = in.bytes(scratch);
        try {
            if (CommandCodec.decodeCommand(scratch, 0, length) instanceof Command.PlaceOrder order) {
                return order;
            }
        } catch (CodecException e) {
            throw new SnapshotException("an order of the snapshot can't be read: " + e.getMessage(), e);
        }
        throw new SnapshotException("the snapshot has another command where an order was expected");
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
