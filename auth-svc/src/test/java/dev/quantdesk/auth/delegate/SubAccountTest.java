package dev.quantdesk.auth.delegate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.rpc.ErrorInfo;
import dev.quantdesk.auth.AuthServer;
import dev.quantdesk.auth.AuthServer.Answer;
import dev.quantdesk.auth.Wallet;
import dev.quantdesk.proto.auth.v1.CreateSubAccountRequest;
import dev.quantdesk.proto.auth.v1.CreateSubAccountResponse;
import dev.quantdesk.proto.auth.v1.ListSubAccountsRequest;
import dev.quantdesk.proto.auth.v1.SubAccount;
import dev.quantdesk.proto.auth.v1.VxAccountServiceGrpcClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A wallet's sub-accounts: making and listing them. */
@Timeout(60)
class SubAccountTest {
    private AuthServer server;
    private Wallet wallet;
    private Map<String, String> session;

    @BeforeEach
    void start() throws Exception {
        server = AuthServer.start();
        wallet = Wallet.random(server);
        session = wallet.session();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Answer<CreateSubAccountResponse> create(String name) throws Exception {
        CreateSubAccountRequest request =
                CreateSubAccountRequest.newBuilder().setName(name).build();
        return server.call(VxAccountServiceGrpcClient.CreateSubAccount, request, session);
    }

    private List<SubAccount> list(Map<String, String> headers) throws Exception {
        return server.call(
                        VxAccountServiceGrpcClient.ListSubAccounts,
                        ListSubAccountsRequest.getDefaultInstance(),
                        headers)
                .ok()
                .getSubAccountsList();
    }

    @Test
    void shouldNumberThemInTheOrderOfTheirMaking() throws Exception {
        SubAccount first = create("hedge").ok().getSubAccount();
        SubAccount second = create("Basis 2-a_b.c").ok().getSubAccount();
        assertEquals(List.of(1, 2), List.of(first.getNumber(), second.getNumber()));
        assertEquals(SubAccountKeys.of(wallet.keys().publicKey(), 1).toString(), first.getAccount());
        assertEquals(SubAccountKeys.of(wallet.keys().publicKey(), 2).toString(), second.getAccount());
        assertEquals(List.of(first, second), list(session));
    }

    @Test
    void shouldGiveTheFirstOutcomeWhenANameIsRepeated() throws Exception {
        SubAccount first = create("hedge").ok().getSubAccount();
        create("other").ok();
        assertEquals(first, create("hedge").ok().getSubAccount());
        assertEquals(2, list(session).size());
    }

    @Test
    void shouldShowAndNumberEachWalletsOwn() throws Exception {
        create("hedge").ok();
        Wallet other = Wallet.random(server);
        assertEquals(List.of(), list(other.session()));
        assertEquals(0, rows(other.address()));
        assertEquals(1, rows(wallet.address()));
    }

    private long rows(String owner) throws Exception {
        return server.database()
                .inTransaction(
                        "test",
                        owner,
                        tx -> tx.query("SELECT count(*) FROM auth.sub_accounts")
                                .iterator()
                                .next()
                                .getLong(0));
    }

    @Test
    void shouldLeaveNoGapWhenSeveralAreMadeAtOnce() throws Exception {
        List<Future<SubAccount>> made = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                String name = "desk " + i;
                made.add(threads.submit(() -> create(name).ok().getSubAccount()));
            }
        }
        List<Integer> numbers = new ArrayList<>();
        for (Future<SubAccount> each : made) {
            numbers.add(each.get().getNumber());
        }
        assertEquals(
                IntStream.rangeClosed(1, 8).boxed().toList(),
                numbers.stream().sorted().toList());
    }

    @Test
    void shouldRefuseMoreThanAWalletMayHave() throws Exception {
        for (int i = 1; i <= SubAccountStore.MAX; i++) {
            assertEquals(i, create("desk " + i).ok().getSubAccount().getNumber());
        }
        Answer<CreateSubAccountResponse> refused = create("one more");
        assertEquals("TOO_MANY_SUB_ACCOUNTS", refused.reason());
        assertEquals(
                Map.of("limit", "sub_accounts", "value", "128", "bound", "128"),
                AuthServer.detail(refused.status(), ErrorInfo.class).getMetadataMap());
        assertEquals(
                SubAccountStore.MAX,
                create("desk 128").ok().getSubAccount().getNumber(),
                "a repeated call is told what it made");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " hedge", "-", "a\nb", "hédge", "123456789012345678901234567890123"})
    void shouldRefuseANameThatBreaksTheRule(String name) throws Exception {
        assertEquals("REQUEST_INVALID", create(name).reason());
    }

    @Test
    void shouldNeedASession() throws Exception {
        session = Map.of();
        assertEquals("SESSION_REQUIRED", create("hedge").reason());
    }
}
