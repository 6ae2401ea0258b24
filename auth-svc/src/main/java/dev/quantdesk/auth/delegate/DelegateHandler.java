package dev.quantdesk.auth.delegate;

import com.google.protobuf.Timestamp;
import dev.quantdesk.auth.audit.AuditLog;
import dev.quantdesk.auth.delegate.Delegation.Granted;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.auth.v1.Delegate;
import dev.quantdesk.proto.auth.v1.GrantDelegateRequest;
import dev.quantdesk.proto.auth.v1.GrantDelegateResponse;
import dev.quantdesk.proto.auth.v1.ListDelegatesRequest;
import dev.quantdesk.proto.auth.v1.ListDelegatesResponse;
import dev.quantdesk.proto.auth.v1.RevokeDelegateRequest;
import dev.quantdesk.proto.auth.v1.RevokeDelegateResponse;
import dev.quantdesk.proto.auth.v1.VxAccountServiceGrpcService;
import java.time.Clock;

/** Serves {@code AccountService}. Thread-safe; handlers block on Redis and Postgres. */
public final class DelegateHandler {
    private final Accounts accounts;
    private final SubAccountHandler subAccounts;
    private final AuditLog audit;
    private final Clock clock;

    public DelegateHandler(Accounts accounts, AuditLog audit, Clock clock) {
        this.accounts = accounts;
        this.subAccounts = new SubAccountHandler(accounts, audit);
        this.audit = audit;
        this.clock = clock;
    }

    public void bindTo(RpcServer rpc) {
        rpc.service(VxAccountServiceGrpcService.SERVICE_NAME, VxAccountServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxAccountServiceGrpcService.GrantDelegate, Access.TRADER, this::grant)
                .unary(VxAccountServiceGrpcService.RevokeDelegate, Access.TRADER, this::revoke)
                .unary(VxAccountServiceGrpcService.ListDelegates, Access.TRADER, this::list)
                .unary(VxAccountServiceGrpcService.CreateSubAccount, Access.TRADER, subAccounts::create)
                .unary(VxAccountServiceGrpcService.ListSubAccounts, Access.TRADER, subAccounts::list)
                .bind();
    }

    private GrantDelegateResponse grant(GrantDelegateRequest request, Call call) throws Exception {
        PublicKey account = call.trader().owner();
        Delegation delegation = Delegation.of(
                account,
                request.getPublicKey(),
                request.getMaxOrderNotional(),
                request.getExpireTime(),
                clock.instant());
        byte[] signature = request.getSignature().toByteArray();
        if (!delegation.isProvenBy(signature)) {
            audit.denied("GrantDelegate", Reason.SIGNATURE_INVALID.name(), account.toString());
            throw ApiException.refuse(
                            Reason.SIGNATURE_INVALID, "The signature is not the wallet's over the delegation.")
                    .with("signed_text", delegation.text())
                    .field("signature", "not the wallet's over the delegation")
                    .build();
        }
        Granted granted = accounts.grant(delegation, signature);
        audit.delegateGranted(account, granted.delegate());
        return GrantDelegateResponse.newBuilder().setDelegate(toProto(granted)).build();
    }

    private RevokeDelegateResponse revoke(RevokeDelegateRequest request, Call call) throws Exception {
        PublicKey account = call.trader().owner();
        PublicKey sessionKey = AccountKeys.parse("public_key", request.getPublicKey());
        accounts.revoke(account, sessionKey);
        audit.delegateRevoked(account, sessionKey);
        return RevokeDelegateResponse.getDefaultInstance();
    }

    private ListDelegatesResponse list(ListDelegatesRequest request, Call call) throws Exception {
        ListDelegatesResponse.Builder answer = ListDelegatesResponse.newBuilder();
        accounts.live(call.trader().owner()).forEach(granted -> answer.addDelegates(toProto(granted)));
        return answer.build();
    }

    private static Delegate toProto(Granted granted) {
        return Delegate.newBuilder()
                .setPublicKey(granted.delegate().key().toString())
                .setCreateTime(Timestamp.newBuilder()
                        .setSeconds(granted.created().getEpochSecond())
                        .setNanos(granted.created().getNano()))
                .setExpireTime(
                        Timestamp.newBuilder().setSeconds(granted.delegate().expireSeconds()))
                .setMaxOrderNotional(Decimals.usdc(granted.delegate().maxOrderNotionalMicros()))
                .build();
    }
}
