package dev.quantdesk.kit.rpc;

/** Who may call a method. */
public enum Access {
    /** Anyone whose call came through the mesh with an identity token, signed in or not. */
    PUBLIC,
    /** A signed-in trader. */
    TRADER,
    /** The gateway itself, asking for authorisation or rate limits; carries no identity token. */
    GATEWAY
}
