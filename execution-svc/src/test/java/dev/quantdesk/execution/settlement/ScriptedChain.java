package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.settlement.SolanaException.Kind;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A chain whose time and faults the test decides. A block is confirmed two slots after it and finalized 32 slots after
 * it; height and slot are the same number. Not thread-safe.
 */
final class ScriptedChain implements SolanaNode {
    static final int VALID_BLOCKS = 150;
    static final int FINALIZED_DEPTH = 32;
    static final int CONFIRMED_DEPTH = 2;
    static final String GENESIS_HASH = "scripted";

    long slot = 1_000;
    boolean down;

    /** Takes transactions and drops them, as an overloaded leader does. */
    boolean dropping;

    /** Keeps transactions back; {@link #release} lets those land that are still valid. */
    boolean delaying;

    /** Passes a transaction on, but the answer is lost. */
    boolean losingAnswers;

    /** Answers every question but which chain it is. */
    boolean nameless;

    long payerLamports = PayerFunds.AIRDROP_LAMPORTS;
    boolean airdropsLand = true;
    Predicate<Memo> refusedInPreflight = memo -> false;
    Predicate<Memo> failsOnChain = memo -> false;

    final List<Memo> landed = new ArrayList<>();
    int sends;
    int statusCalls;
    int balanceCalls;
    int airdrops;
    int genesisCalls;

    private final Map<String, Landed> bySignature = new LinkedHashMap<>();
    private final Map<Memo, Long> delayed = new LinkedHashMap<>();

    private record Landed(long slot, Optional<String> error) {}

    /** What a transaction says of its trades; whether one between the first and the last is in it, it does not say. */
    record Memo(String signature, long firstTrade, long lastTrade) {
        boolean spans(long tradeId) {
            return firstTrade <= tradeId && tradeId <= lastTrade;
        }
    }

    @Override
    public Blockhash latestBlockhash() throws SolanaException {
        answer();
        byte[] hash = ByteBuffer.allocate(32).putLong(24, confirmedSlot()).array();
        return new Blockhash(Base58.encode(hash), confirmedSlot() + VALID_BLOCKS, confirmedSlot());
    }

    @Override
    public long finalizedBlockHeight() throws SolanaException {
        answer();
        return slot - FINALIZED_DEPTH;
    }

    @Override
    public void send(byte[] transaction, boolean preflight) throws SolanaException {
        answer();
        sends++;
        WireTransaction wire = WireTransaction.parse(transaction);
        Memo memo = memo(wire);
        if (bySignature.containsKey(memo.signature())) {
            return;
        }
        long blockhashSlot = ByteBuffer.wrap(wire.blockhash()).getLong(24);
        boolean expired = blockhashSlot + VALID_BLOCKS < slot;
        if (preflight) {
            check(payerLamports > 0, Kind.UNFUNDED, "found no record of a prior credit");
            check(!expired, Kind.BLOCKHASH_UNKNOWN, "Blockhash not found");
            check(!refusedInPreflight.test(memo), Kind.REJECTED, "custom program error: 0x2");
        }
        if (delaying) {
            delayed.put(memo, blockhashSlot + VALID_BLOCKS);
        } else if (!dropping && !expired && payerLamports > 0) {
            land(memo);
        }
        if (losingAnswers) {
            throw new SolanaException(Kind.UNAVAILABLE, "timeout");
        }
    }

    /** What was kept back lands now, unless its last valid block is past. */
    void release() {
        delaying = false;
        delayed.forEach((memo, lastValid) -> {
            if (slot <= lastValid) {
                land(memo);
            }
        });
        delayed.clear();
    }

    private void land(Memo memo) {
        if (bySignature.containsKey(memo.signature())) {
            return;
        }
        boolean fails = failsOnChain.test(memo);
        bySignature.put(
                memo.signature(),
                new Landed(slot, fails ? Optional.of("{\"InstructionError\":[0,{\"Custom\":2}]}") : Optional.empty()));
        if (!fails) {
            landed.add(memo);
        }
    }

    @Override
    public Statuses statuses(List<String> signatures, boolean searchHistory) throws SolanaException {
        answer();
        statusCalls++;
        return new Statuses(slot, signatures.stream().map(this::status).toList());
    }

    private Optional<Status> status(String signature) {
        Landed found = bySignature.get(signature);
        return found == null
                ? Optional.empty()
                : Optional.of(new Status(found.slot(), found.error(), found.slot() <= confirmedSlot()));
    }

    @Override
    public String genesisHash() throws SolanaException {
        answer();
        genesisCalls++;
        check(!nameless, Kind.UNAVAILABLE, "timeout");
        return GENESIS_HASH;
    }

    @Override
    public long balance(PublicKey account) throws SolanaException {
        answer();
        balanceCalls++;
        return payerLamports;
    }

    @Override
    public String requestAirdrop(PublicKey account, long lamports) throws SolanaException {
        answer();
        airdrops++;
        if (airdropsLand) {
            payerLamports += lamports;
        }
        return "airdrop";
    }

    private long confirmedSlot() {
        return slot - CONFIRMED_DEPTH;
    }

    private void answer() throws SolanaException {
        check(!down, Kind.UNAVAILABLE, "connection refused");
    }

    private static void check(boolean holds, Kind kind, String otherwise) throws SolanaException {
        if (!holds) {
            throw new SolanaException(kind, otherwise);
        }
    }

    private static Memo memo(WireTransaction wire) {
        String text = new String(wire.instructions().get(1).data(), StandardCharsets.US_ASCII);
        String[] trades = text.split(":")[2].split("-");
        return new Memo(
                Base58.encode(wire.signatures().getFirst()), Long.parseLong(trades[0]), Long.parseLong(trades[1]));
    }
}
