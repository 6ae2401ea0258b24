package dev.quantdesk.bench.book;

import java.util.SplittableRandom;

/**
 * Messages of one regime, made beforehand, so that a run measures books and nothing else. The first {@link #preparation()} of them
 * fill a deep book; then prices swing once forth and back.
 */
public final class MessageTape {
    private static final byte LIMIT = 0;
    private static final byte IMMEDIATE = 1;
    private static final byte CANCEL = 2;
    private static final byte REDUCE = 3;
    private static final byte MOVE = 4;

    private static final long BASE_PRICE = 50_000;
    private static final int LOTS_MAX = 100;
    /** Typical distance of an order from the middle, in ticks. */
    private static final double SPREAD_TICKS = 150;

    private static final double FAR_SHARE = 0.1;
    private static final double FAR_TICKS = 5_000;

    private final byte[] kinds;
    private final boolean[] buys;
    private final long[] ids;
    private final long[] prices;
    private final long[] lots;
    private final int preparation;

    private MessageTape(int size, int preparation) {
        this.kinds = new byte[size];
        this.buys = new boolean[size];
        this.ids = new long[size];
        this.prices = new long[size];
        this.lots = new long[size];
        this.preparation = preparation;
    }

    /** @param depth orders that rest before the messages begin, and about as many all through */
    public static MessageTape of(Regime regime, int messages, int depth, long seed) {
        MessageTape tape = new MessageTape(depth + messages, depth);
        new Author(tape, regime, seed).write();
        return tape;
    }

    public int size() {
        return kinds.length;
    }

    /** Messages that only fill the book. */
    public int preparation() {
        return preparation;
    }

    /** Gives the messages from {@code from} up to {@code to} to a book. */
    public void play(TestedBook book, int from, int to) {
        for (int i = from; i < to; i++) {
            switch (kinds[i]) {
                case LIMIT -> book.limit(ids[i], buys[i], prices[i], lots[i]);
                case IMMEDIATE -> book.immediate(ids[i], buys[i], prices[i], lots[i]);
                case CANCEL -> book.cancel(ids[i]);
                case REDUCE -> book.reduce(ids[i], lots[i]);
                default -> book.move(ids[i], prices[i]);
            }
        }
    }

    /** Writes a tape, and follows a book meanwhile so that most of the orders that it names exist. */
    private static final class Author {
        private final MessageTape tape;
        private final Regime regime;
        private final SplittableRandom random;
        private final MeshBook book;
        private final int depth;
        private final long[] known;
        private int knownCount;
        private long lastId;

        Author(MessageTape tape, Regime regime, long seed) {
            this.tape = tape;
            this.regime = regime;
            this.random = new SplittableRandom(seed);
            this.depth = tape.preparation();
            this.book = new MeshBook(tape.size());
            this.known = new long[tape.size()];
        }

        void write() {
            for (int i = 0; i < tape.size(); i++) {
                long middle = middle(i);
                if (i < depth) {
                    limit(i, middle);
                } else {
                    message(i, middle);
                }
                tape.play(book, i, i + 1);
            }
        }

        /** One wave over all messages. */
        private long middle(int i) {
            double phase = Math.max(0, i - depth) / (double) (tape.size() - depth);
            return Math.round(BASE_PRICE * (1 + regime.swing * Math.sin(2 * Math.PI * phase)));
        }

        private void message(int i, long middle) {
            // Keeps the book about as deep as it was.
            int lean = Integer.signum(depth - book.size()) * 5;
            int dice = random.nextInt(100);
            long order = resting();
            if (dice < regime.limits + lean || order == 0) {
                limit(i, middle);
            } else if (dice < regime.limits + regime.cancels) {
                set(i, CANCEL, order, false, 0, 0);
            } else if (random.nextInt(100) < regime.takes * 4) {
                boolean buy = random.nextBoolean();
                set(i, IMMEDIATE, ++lastId, buy, middle + (buy ? 20 : -20), random.nextLong(1, LOTS_MAX * 3));
            } else if (random.nextBoolean()) {
                set(i, REDUCE, order, false, 0, random.nextLong(1, LOTS_MAX));
            } else {
                // Which side it is on is the book's business: the new price is on the old order's side of the middle or
                // beyond.
                set(i, MOVE, order, false, middle + Math.round((random.nextDouble() - 0.5) * SPREAD_TICKS), 0);
            }
        }

        private void limit(int i, long middle) {
            boolean buy = random.nextBoolean();
            double scale = random.nextDouble() < FAR_SHARE ? FAR_TICKS : SPREAD_TICKS;
            long distance = Math.round(-Math.log(1 - random.nextDouble()) * scale) - 1;
            long price = Math.max(1, buy ? middle - distance : middle + distance);
            set(i, LIMIT, ++lastId, buy, price, random.nextLong(1, LOTS_MAX));
            known[knownCount++] = lastId;
        }

        /** Some order that rests, or 0. Now and then one that does so no more: books have to stand that too. */
        private long resting() {
            while (knownCount > 0) {
                int at = random.nextInt(knownCount);
                long id = known[at];
                if (book.knows(id) || random.nextInt(50) == 0) {
                    return id;
                }
                known[at] = known[--knownCount];
            }
            return 0;
        }

        private void set(int i, byte kind, long id, boolean buy, long price, long lots) {
            tape.kinds[i] = kind;
            tape.ids[i] = id;
            tape.buys[i] = buy;
            tape.prices[i] = price;
            tape.lots[i] = lots;
        }
    }
}
