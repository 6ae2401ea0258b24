package dev.quantdesk.kit.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;

/** The time of the answer, which clients align their clocks by: the field {@code server_time} of every answer that has it. */
final class ServerTime {
    private static final String FIELD = "server_time";

    private ServerTime() {}

    @SuppressWarnings("unchecked")
    static <R> R stamp(R answer) {
        if (!(answer instanceof Message message)) {
            return answer;
        }
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(FIELD);
        if (field == null) {
            return answer;
        }
        Instant now = Instant.now();
        Timestamp time = Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
        return (R) message.toBuilder().setField(field, time).build();
    }
}
