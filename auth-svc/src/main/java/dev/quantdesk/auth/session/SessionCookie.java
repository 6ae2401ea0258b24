package dev.quantdesk.auth.session;

import java.time.Duration;
import java.util.Optional;

/**
 * The cookie that carries a session's token: readable by no script, sent by no other site.
 *
 * @param secure whether browsers may send it over TLS only; must be on wherever the gateway is reached by https
 */
public record SessionCookie(boolean secure) {
    public static final String SET_COOKIE = "set-cookie";

    private static final String NAME = "qd_session";

    String carrying(SessionStore.Created created) {
        Duration life =
                Duration.between(created.session().created(), created.session().expires());
        return write(created.token().text(), life.toSeconds());
    }

    /** Makes the browser forget the cookie, which no script can do for it. */
    public String cleared() {
        return write("", 0);
    }

    private String write(String value, long maxAgeSeconds) {
        String cookie = NAME + "=" + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + maxAgeSeconds;
        return secure ? cookie + "; Secure" : cookie;
    }

    /** The token in a request's {@code cookie} header. */
    public static Optional<String> read(String header) {
        for (String pair : header.split(";")) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).strip().equals(NAME)) {
                return Optional.of(pair.substring(equals + 1).strip());
            }
        }
        return Optional.empty();
    }
}
