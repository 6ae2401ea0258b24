package dev.quantdesk.auth.delegate;

import dev.quantdesk.kit.solana.PublicKey;
import java.time.Instant;

/**
 * An account of a firm beside the wallet's own.
 *
 * @param number from 1, in the order of their making
 * @param account its key, see {@link SubAccountKeys}
 * @param name unique among the firm's
 */
record SubAccount(int number, PublicKey account, String name, Instant created) {}
