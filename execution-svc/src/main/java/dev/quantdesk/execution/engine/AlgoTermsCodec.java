package dev.quantdesk.execution.engine;

/** The binary form of {@link AlgoTerms} within a command: a kind byte, then the kind's fields. Stateless. */
final class AlgoTermsCodec {
    private static final int TWAP = 1;
    private static final int ICEBERG = 2;

    private AlgoTermsCodec() {}

    static FieldWriter write(AlgoTerms terms, FieldWriter out) {
        return switch (terms) {
            case AlgoTerms.Twap twap ->
                out.uint8(TWAP)
                        .int64(twap.durationMillis())
                        .int64(twap.intervalMillis())
                        .int32(twap.sizeRandomBps())
                        .int32(twap.timeRandomBps())
                        .int64(twap.seed());
            case AlgoTerms.Iceberg iceberg ->
                out.uint8(ICEBERG)
                        .int64(iceberg.visibleLots())
                        .int32(iceberg.sizeRandomBps())
                        .int64(iceberg.seed());
        };
    }

    static AlgoTerms read(FieldReader in) {
        int kind = in.uint8();
        return switch (kind) {
            case TWAP -> new AlgoTerms.Twap(in.int64(), in.int64(), in.int32(), in.int32(), in.int64());
            case ICEBERG -> new AlgoTerms.Iceberg(in.int64(), in.int32(), in.int64());
            default -> throw new CodecException(kind + " is no kind of algo order");
        };
    }
}
