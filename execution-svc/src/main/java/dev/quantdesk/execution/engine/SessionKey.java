package dev.quantdesk.execution.engine;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.UUID;

/** Names a trading session: only its own account can place orders through it or end it. */
record SessionKey(PublicKey account, UUID id) {
    long hash() {
        return new StateHash()
                .add(account)
                .add(id.getMostSignificantBits())
                .add(id.getLeastSignificantBits())
                .value();
    }
}
