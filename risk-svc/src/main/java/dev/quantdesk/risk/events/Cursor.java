package dev.quantdesk.risk.events;

import com.google.protobuf.Timestamp;
import dev.quantdesk.proto.execution.v1.ExecutionEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * How far the events were taken over, and of which stream: two streams whose events at the same sequence happened at
 * different times are different histories. Times are whole microseconds, as Postgres keeps them. Immutable.
 *
 * @param sequence last event taken over; 0 for none
 * @param eventTime its engine time
 * @param firstEventTime engine time of event 1
 */
record Cursor(long sequence, Instant eventTime, Instant firstEventTime) {
    static final Cursor START = new Cursor(0, Instant.EPOCH, Instant.EPOCH);

    Cursor after(ExecutionEvent event) {
        Instant time = time(event);
        return new Cursor(event.getSequence(), time, sequence == 0 ? time : firstEventTime);
    }

    static Instant time(ExecutionEvent event) {
        Timestamp time = event.getEngineTime();
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).truncatedTo(ChronoUnit.MICROS);
    }
}
