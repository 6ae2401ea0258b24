package dev.quantdesk.auth.delegate;

/** Class of an account, which decides its rate limits. The names stand in identity tokens and in the database. */
public enum Tier {
    FREE(dev.quantdesk.proto.auth.v1.Tier.TIER_FREE),
    PRO(dev.quantdesk.proto.auth.v1.Tier.TIER_PRO),
    MARKET_MAKER(dev.quantdesk.proto.auth.v1.Tier.TIER_MARKET_MAKER);

    private final dev.quantdesk.proto.auth.v1.Tier proto;

    Tier(dev.quantdesk.proto.auth.v1.Tier proto) {
        this.proto = proto;
    }

    public dev.quantdesk.proto.auth.v1.Tier toProto() {
        return proto;
    }
}
