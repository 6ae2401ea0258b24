package dev.quantdesk.auth.gateway;

import dev.quantdesk.auth.session.SessionCookie;
import dev.quantdesk.auth.session.SessionToken;
import java.util.Map;
import java.util.Optional;

/** What a request shows of itself: nothing, a session's token, or something that can't be one. Pure. */
sealed interface Credential {
    String BEARER = "bearer ";

    record None() implements Credential {}

    record Token(SessionToken token) implements Credential {}

    record Malformed() implements Credential {}

    /**
     * Reads the request headers, whose names are in lower case. A bearer token, which a client sets on purpose, goes
     * before the cookie, which a browser adds by itself.
     */
    static Credential of(Map<String, String> headers) {
        String authorization = headers.getOrDefault("authorization", "");
        if (!authorization.isEmpty()) {
            boolean bearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
            return bearer ? token(authorization.substring(BEARER.length()).strip()) : new Malformed();
        }
        return SessionCookie.read(headers.getOrDefault("cookie", ""))
                .map(Credential::token)
                .orElseGet(None::new);
    }

    private static Credential token(String text) {
        Optional<SessionToken> token = SessionToken.parse(text);
        return token.isPresent() ? new Token(token.get()) : new Malformed();
    }
}
