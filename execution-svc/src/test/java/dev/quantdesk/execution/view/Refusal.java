package dev.quantdesk.execution.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.function.Executable;

/**
 * What a caller reads out of a refusal.
 *
 * @param figures metadata of the {@code ErrorInfo}
 * @param fields the fields that a {@code BadRequest} names
 * @param retryMillis delay of the {@code RetryInfo}, or -1 without one
 */
public record Refusal(Reason reason, String text, Map<String, String> figures, List<String> fields, long retryMillis) {

    /** Runs {@code call}, which has to be refused for {@code reason}. */
    public static Refusal expect(Reason reason, Executable call) {
        Refusal refusal = of(assertThrows(ApiException.class, call));
        assertEquals(reason, refusal.reason(), refusal.text());
        return refusal;
    }

    /** Reads a refusal; its code has to be the one that the table of reasons gives. */
    public static Refusal of(ApiException refused) {
        Status status = refused.status();
        Map<String, String> figures = Map.of();
        List<String> fields = new ArrayList<>();
        long retryMillis = -1;
        try {
            for (Any detail : status.getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    ErrorInfo info = detail.unpack(ErrorInfo.class);
                    assertEquals(ApiException.DOMAIN, info.getDomain());
                    figures = info.getMetadataMap();
                } else if (detail.is(BadRequest.class)) {
                    detail.unpack(BadRequest.class)
                            .getFieldViolationsList()
                            .forEach(each -> fields.add(each.getField()));
                } else if (detail.is(RetryInfo.class)) {
                    var delay = detail.unpack(RetryInfo.class).getRetryDelay();
                    retryMillis = delay.getSeconds() * 1000 + delay.getNanos() / 1_000_000;
                }
            }
        } catch (InvalidProtocolBufferException broken) {
            throw new AssertionError("a detail that does not parse", broken);
        }
        Reason reason = Reason.valueOf(refused.reason());
        assertEquals(reason.status().code, status.getCode());
        return new Refusal(reason, status.getMessage(), figures, fields, retryMillis);
    }

    public String figure(String name) {
        return figures.get(name);
    }
}
