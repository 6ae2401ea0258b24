package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.settlement.SolanaException.Kind;
import java.util.List;

/**
 * Tells from a node's error message what became of a transaction. The client library hands on the message of a JSON-RPC
 * error only, not its code; the wording is that of Agave's rpc and transaction-error crates. What is not known here
 * counts as {@link Kind#UNAVAILABLE}, after which nothing is taken for granted.
 */
final class SendRefusal {
    private static final String ALREADY_PROCESSED = "already been processed";
    private static final String BLOCKHASH_NOT_FOUND = "Blockhash not found";
    private static final List<String> UNFUNDED = List.of(
            "no record of a prior credit",
            "insufficient funds for fee",
            "Insufficient funds for fee",
            "insufficient funds for rent",
            "insufficient lamports");
    private static final List<String> REJECTED = List.of(
            "Transaction simulation failed",
            "Transaction signature verification failure",
            "Transaction precompile verification failure",
            "invalid transaction",
            "failed to deserialize",
            "too large");

    private SendRefusal() {}

    static boolean isAlreadyProcessed(String message) {
        return message.contains(ALREADY_PROCESSED);
    }

    static Kind kindOf(String message) {
        if (message.contains(BLOCKHASH_NOT_FOUND)) {
            return Kind.BLOCKHASH_UNKNOWN;
        }
        if (UNFUNDED.stream().anyMatch(message::contains)) {
            return Kind.UNFUNDED;
        }
        return REJECTED.stream().anyMatch(message::contains) ? Kind.REJECTED : Kind.UNAVAILABLE;
    }
}
