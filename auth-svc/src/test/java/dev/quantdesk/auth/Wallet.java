package dev.quantdesk.auth;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.quantdesk.auth.AuthServer.Answer;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.proto.auth.v1.CreateChallengeRequest;
import dev.quantdesk.proto.auth.v1.CreateChallengeResponse;
import dev.quantdesk.proto.auth.v1.CreateSessionRequest;
import dev.quantdesk.proto.auth.v1.CreateSessionResponse;
import dev.quantdesk.proto.auth.v1.GrantDelegateRequest;
import dev.quantdesk.proto.auth.v1.GrantDelegateResponse;
import dev.quantdesk.proto.auth.v1.VxAccountServiceGrpcClient;
import dev.quantdesk.proto.auth.v1.VxSessionServiceGrpcClient;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;

/** A trader's wallet and what it does at a server. */
public record Wallet(AuthServer server, KeyPair keys) {

    public static Wallet random(AuthServer server) {
        return new Wallet(server, randomKeys());
    }

    public static KeyPair randomKeys() {
        return KeyPair.generate(new SecureRandom());
    }

    public String address() {
        return keys.publicKey().toString();
    }

    public ByteString sign(String text) {
        return ByteString.copyFrom(keys.sign(text.getBytes(StandardCharsets.UTF_8)));
    }

    public Answer<CreateChallengeResponse> askForChallenge() throws Exception {
        CreateChallengeRequest request =
                CreateChallengeRequest.newBuilder().setAddress(address()).build();
        return server.call(VxSessionServiceGrpcClient.CreateChallenge, request, Map.of());
    }

    public Answer<CreateSessionResponse> handIn(String text, ByteString signature) throws Exception {
        CreateSessionRequest request = CreateSessionRequest.newBuilder()
                .setMessage(text)
                .setSignature(signature)
                .build();
        return server.call(VxSessionServiceGrpcClient.CreateSession, request, Map.of());
    }

    public Answer<CreateSessionResponse> signIn() throws Exception {
        String text = askForChallenge().ok().getMessage();
        return handIn(text, sign(text));
    }

    /** Signs in; the header that shows the session. */
    public Map<String, String> session() throws Exception {
        return bearer(signIn().ok().getToken());
    }

    public static Map<String, String> bearer(String token) {
        return Map.of("authorization", "Bearer " + token);
    }

    /** The delegation's text as the contract writes it. */
    public String delegationText(String sessionKey, String notional, long expireSeconds) {
        return "QuantDesk delegation\naccount: " + address() + "\nsession key: " + sessionKey + "\nmax order notional: "
                + notional + " USDC\nexpires: " + expireSeconds;
    }

    public Answer<GrantDelegateResponse> grant(
            Map<String, String> session, String sessionKey, String notional, long expireSeconds) throws Exception {
        return grant(
                session,
                sessionKey,
                notional,
                expireSeconds,
                sign(delegationText(sessionKey, notional, expireSeconds)));
    }

    public Answer<GrantDelegateResponse> grant(
            Map<String, String> session, String sessionKey, String notional, long expireSeconds, ByteString signature)
            throws Exception {
        GrantDelegateRequest request = GrantDelegateRequest.newBuilder()
                .setPublicKey(sessionKey)
                .setMaxOrderNotional(notional)
                .setExpireTime(Timestamp.newBuilder().setSeconds(expireSeconds))
                .setSignature(signature)
                .build();
        return server.call(VxAccountServiceGrpcClient.GrantDelegate, request, session);
    }
}
