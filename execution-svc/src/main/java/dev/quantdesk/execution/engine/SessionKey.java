package dev.quantdesk.execution.engine;

import dev.quantdesk.execution.snapshot.SnapshotReader;
import dev.quantdesk.execution.snapshot.SnapshotWriter;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.UUID;

/** Names a trading session: only its own account can place orders through it or end it. */
record SessionKey(PublicKey account, UUID id) {
    void save(SnapshotWriter out) {
        out.key(account).uuid(id);
    }

    static SessionKey load(SnapshotReader in) {
        return new SessionKey(in.key(), in.uuid());
    }

    long hash() {
        return new StateHash()
                .add(account)
                .add(id.getMostSignificantBits())
                .add(id.getLeastSignificantBits())
                .value();
    }
}
