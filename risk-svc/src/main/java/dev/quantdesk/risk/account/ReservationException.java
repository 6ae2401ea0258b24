package dev.quantdesk.risk.account;

/** A reservation that can't even be decided about. Has no stack trace: it is an answer. */
public abstract sealed class ReservationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private ReservationException(String message) {
        super(message, null, false, false);
    }

    /** The id was used for another order. */
    public static final class Reused extends ReservationException {
        private static final long serialVersionUID = 1L;

        Reused() {
            super("the reservation id names another order");
        }
    }

    /** The account has as many reservations under way as it may. */
    public static final class TooMany extends ReservationException {
        private static final long serialVersionUID = 1L;

        TooMany() {
            super("the account has " + Reservations.HELD_MAX + " orders on their way to the engine");
        }

        public int bound() {
            return Reservations.HELD_MAX;
        }
    }
}
