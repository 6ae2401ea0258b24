package dev.quantdesk.auth.delegate;

import com.google.protobuf.Timestamp;
import dev.quantdesk.auth.audit.AuditLog;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.auth.v1.CreateSubAccountRequest;
import dev.quantdesk.proto.auth.v1.CreateSubAccountResponse;
import dev.quantdesk.proto.auth.v1.ListSubAccountsRequest;
import dev.quantdesk.proto.auth.v1.ListSubAccountsResponse;

/** The part of {@code AccountService} that a firm's sub-accounts are. Thread-safe; blocks on Redis and Postgres. */
final class SubAccountHandler {
    private final Accounts accounts;
    private final AuditLog audit;

    SubAccountHandler(Accounts accounts, AuditLog audit) {
        this.accounts = accounts;
        this.audit = audit;
    }

    CreateSubAccountResponse create(CreateSubAccountRequest request, Call call) throws Exception {
        PublicKey owner = call.trader().owner();
        SubAccount created = accounts.createSubAccount(owner, request.getName());
        audit.subAccountCreated(owner, created.number(), created.account());
        return CreateSubAccountResponse.newBuilder()
                .setSubAccount(toProto(created))
                .build();
    }

    ListSubAccountsResponse list(ListSubAccountsRequest request, Call call) throws Exception {
        ListSubAccountsResponse.Builder answer = ListSubAccountsResponse.newBuilder();
        accounts.subAccounts(call.trader().owner()).forEach(each -> answer.addSubAccounts(toProto(each)));
        return answer.build();
    }

    private static dev.quantdesk.proto.auth.v1.SubAccount toProto(SubAccount each) {
        return dev.quantdesk.proto.auth.v1.SubAccount.newBuilder()
                .setNumber(each.number())
                .setAccount(each.account().toString())
                .setName(each.name())
                .setCreateTime(Timestamp.newBuilder()
                        .setSeconds(each.created().getEpochSecond())
                        .setNanos(each.created().getNano()))
                .build();
    }
}
