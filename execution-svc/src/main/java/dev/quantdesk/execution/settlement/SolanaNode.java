package dev.quantdesk.execution.settlement;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.List;
import java.util.Optional;

/** The calls settlement makes to a Solana RPC node. They block, for a bounded time; any thread may call. */
public interface SolanaNode {
    /** Most signatures one {@link #statuses} call may ask for. */
    int STATUSES_MAX = 256;

    /**
     * The newest confirmed blockhash.
     *
     * @param lastValidBlockHeight the last block a transaction with this blockhash may be in
     * @param slot the slot the node answered from
     */
    record Blockhash(String hash, long lastValidBlockHeight, long slot) {}

    /**
     * What the chain says of a transaction.
     *
     * @param slot the slot it is in
     * @param error the runtime's error as JSON, or empty when it succeeded
     * @param confirmed whether a supermajority of stake has voted on its block
     */
    record Status(long slot, Optional<String> error, boolean confirmed) {}

    /** @param slot the slot the node answered from; @param byOrder one for each signature asked, empty if unknown */
    record Statuses(long slot, List<Optional<Status>> byOrder) {}

    Blockhash latestBlockhash() throws SolanaException;

    /** The height of the newest finalized block: no block up to it can change any more. */
    long finalizedBlockHeight() throws SolanaException;

    /**
     * Sends a signed transaction. One that the node has already is no failure.
     *
     * @param preflight whether the node is to run it first and refuse it if it fails; without, nothing is checked
     */
    void send(byte[] transaction, boolean preflight) throws SolanaException;

    /** @param searchHistory whether to look beyond the recent blocks that a node has at hand */
    Statuses statuses(List<String> signatures, boolean searchHistory) throws SolanaException;

    /** Names the cluster. */
    String genesisHash() throws SolanaException;

    /** Confirmed lamports. */
    long balance(PublicKey account) throws SolanaException;

    /** Asks a test cluster for lamports. @return the signature of the transfer, which is not confirmed yet */
    String requestAirdrop(PublicKey account, long lamports) throws SolanaException;
}
