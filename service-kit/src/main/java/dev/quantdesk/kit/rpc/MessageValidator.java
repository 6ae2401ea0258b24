package dev.quantdesk.kit.rpc;

import build.buf.protovalidate.Config;
import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Message;

/** Enforces the protovalidate rules that the contracts declare. Thread-safe. */
public final class MessageValidator {
    /** Violations named in one answer; further ones are left out. */
    private static final int MAX_VIOLATIONS = 16;

    // The standard rules in Java instead of CEL: a tenth of the time, which CEL took more of than the rest of an
    // order's checks.
    private final Validator validator = ValidatorFactory.newBuilder()
            .withConfig(Config.newBuilder().setEnableNativeRules(true).build())
            .build();

    /** @throws ApiException with {@link Reason#REQUEST_INVALID} naming each field and the rule it breaks */
    public void check(Message message) {
        ValidationResult result;
        try {
            result = validator.validate(message);
        } catch (ValidationException broken) {
            throw new IllegalStateException(
                    "the rules of " + message.getDescriptorForType().getFullName() + " do not compile", broken);
        }
        if (result.isSuccess()) {
            return;
        }
        Violation first = result.getViolations().getFirst();
        ApiException.Builder refusal = ApiException.refuse(
                Reason.REQUEST_INVALID, path(first) + ": " + first.toProto().getMessage());
        result.getViolations().stream()
                .limit(MAX_VIOLATIONS)
                .forEach(violation ->
                        refusal.field(path(violation), violation.toProto().getMessage()));
        throw refusal.build();
    }

    private static String path(Violation violation) {
        StringBuilder path = new StringBuilder();
        for (FieldPathElement element : violation.toProto().getField().getElementsList()) {
            path.append(path.isEmpty() ? "" : ".").append(element.getFieldName());
        }
        return path.isEmpty() ? "request" : path.toString();
    }
}
