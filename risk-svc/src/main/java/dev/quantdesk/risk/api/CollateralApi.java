package dev.quantdesk.risk.api;

import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.risk.v1.Balance;
import dev.quantdesk.proto.risk.v1.GetBalancesRequest;
import dev.quantdesk.proto.risk.v1.GetBalancesResponse;
import dev.quantdesk.proto.risk.v1.RequestTestFundsRequest;
import dev.quantdesk.proto.risk.v1.RequestTestFundsResponse;
import dev.quantdesk.proto.risk.v1.VxCollateralServiceGrpcService;
import dev.quantdesk.risk.account.Account;
import dev.quantdesk.risk.account.Accounts;
import dev.quantdesk.risk.events.MarkBoard;
import dev.quantdesk.risk.ledger.Faucet;
import dev.quantdesk.risk.ledger.Ledger;
import dev.quantdesk.risk.margin.Marks;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code CollateralService}. Balances come from memory; the faucet asks the chain and writes to the ledger.
 * Thread-safe.
 */
public final class CollateralApi {
    private static final Logger LOG = LoggerFactory.getLogger(CollateralApi.class);
    private static final String USDC = "USDC";

    private final Accounts accounts;
    private final MarkBoard board;
    private final Faucet faucet;
    private final Clock clock;

    public CollateralApi(Accounts accounts, MarkBoard board, Faucet faucet, Clock clock) {
        this.accounts = accounts;
        this.board = board;
        this.faucet = faucet;
        this.clock = clock;
    }

    public void bind(RpcServer rpc) {
        rpc.service(VxCollateralServiceGrpcService.SERVICE_NAME, VxCollateralServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxCollateralServiceGrpcService.GetBalances, Access.TRADER, this::getBalances)
                .unary(VxCollateralServiceGrpcService.RequestTestFunds, Access.TRADER, this::requestTestFunds)
                .bind();
    }

    private GetBalancesResponse getBalances(GetBalancesRequest request, Call call) {
        return GetBalancesResponse.newBuilder()
                .addAllBalances(balances(call.trader().account()))
                .build();
    }

    private RequestTestFundsResponse requestTestFunds(RequestTestFundsRequest request, Call call) throws Exception {
        Faucet.Grant grant;
        try {
            grant = faucet.request(call.trader(), request.getRequestId());
        } catch (Faucet.NotLocalException refused) {
            throw RiskMetrics.refused(Refusals.notLocal(refused));
        } catch (Faucet.ChainUnavailableException unavailable) {
            LOG.warn("test funds can't be given: {}", unavailable.getMessage());
            throw RiskMetrics.refused(Refusals.chainUnavailable());
        } catch (Ledger.FaucetEmptyException empty) {
            throw RiskMetrics.refused(Refusals.faucetEmpty(empty));
        }
        Ledger.Balance balance = grant.credit().balance();
        PublicKey account = call.trader().account();
        // Also after a repeated call: the first may have failed between the ledger and here.
        accounts.change(account, known -> known.collateral(balance.micros(), balance.lastEntry()));
        return RequestTestFundsResponse.newBuilder()
                .setCredited(grant.credit().credited() ? Decimals.usdc(grant.amountMicros()) : "")
                .addAllBalances(balances(account))
                .build();
    }

    private List<Balance> balances(PublicKey key) {
        long now = clock.millis();
        Marks marks = board.at(now).ofAnyAge();
        try {
            return accounts.ask(key, account -> balances(account, marks)).orElse(List.of());
        } catch (Marks.StaleMarkException stale) {
            throw Refusals.staleMark(stale, now, board.maxAge());
        } catch (ArithmeticException _) {
            throw Refusals.beyondRange();
        }
    }

    private static List<Balance> balances(Account account, Marks marks) {
        long amount = account.balanceMicros();
        if (amount == 0 && account.collateralMicros() == 0) {
            return List.of();
        }
        long available = Math.clamp(account.margin(marks).freeMicros(), 0, Math.max(0, amount));
        return List.of(Balance.newBuilder()
                .setAsset(USDC)
                .setAmount(Decimals.usdc(amount))
                .setAvailable(Decimals.usdc(available))
                .build());
    }
}
