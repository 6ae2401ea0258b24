package dev.quantdesk.risk.support;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.identity.IdentityTokens;
import dev.quantdesk.kit.solana.PublicKey;
import java.time.Clock;
import java.util.List;

/** Identity tokens as auth-svc issues them, under a key of the test's own. */
public final class Identities {
    private final ECKey key;
    private final IdentityTokens.Issuer issuer;

    public Identities() throws JOSEException {
        key = new ECKeyGenerator(Curve.P_256).keyID("auth-svc").generate();
        issuer = new IdentityTokens.Issuer(key.toJSONString(), Clock.systemUTC());
    }

    /** The public key set that services verify with. */
    public String keySet() {
        return new JWKSet(key.toPublicJWK()).toString();
    }

    public String trader(PublicKey account) {
        return trader(account, "FREE");
    }

    public String trader(PublicKey account, String tier) {
        return issuer.issue(new Identity.Trader(account, tier, List.of()));
    }

    public String anonymous() {
        return issuer.issue(new Identity.Anonymous());
    }
}
