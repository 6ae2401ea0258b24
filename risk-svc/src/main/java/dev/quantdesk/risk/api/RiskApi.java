package dev.quantdesk.risk.api;

import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.market.Markets;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.risk.v1.ListPositionsRequest;
import dev.quantdesk.proto.risk.v1.ListPositionsResponse;
import dev.quantdesk.proto.risk.v1.OrderSide;
import dev.quantdesk.proto.risk.v1.Position;
import dev.quantdesk.proto.risk.v1.ReservationOutcome;
import dev.quantdesk.proto.risk.v1.ReserveOrderRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrderResponse;
import dev.quantdesk.proto.risk.v1.ReserveOrdersRequest;
import dev.quantdesk.proto.risk.v1.ReserveOrdersResponse;
import dev.quantdesk.proto.risk.v1.VxRiskServiceGrpcService;
import dev.quantdesk.risk.account.Account;
import dev.quantdesk.risk.account.Accounts;
import dev.quantdesk.risk.account.Decision;
import dev.quantdesk.risk.account.OrderDraft;
import dev.quantdesk.risk.account.ReservationException;
import dev.quantdesk.risk.events.ExecutionFollower;
import dev.quantdesk.risk.events.MarkBoard;
import dev.quantdesk.risk.margin.Margin;
import dev.quantdesk.risk.margin.MarketExposure;
import dev.quantdesk.risk.margin.Marks;
import dev.quantdesk.risk.margin.Side;
import java.math.BigInteger;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.LongSupplier;

/** {@code RiskService}: answers from memory, without I/O. Thread-safe. */
public final class RiskApi {
    private final Markets markets;
    private final Accounts accounts;
    private final MarkBoard board;
    private final ExecutionFollower execution;
    private final Clock clock;
    private final LongSupplier uptimeMillis;

    /** @param uptimeMillis clock that never goes back, for the life of reservations */
    public RiskApi(
            Markets markets,
            Accounts accounts,
            MarkBoard board,
            ExecutionFollower execution,
            Clock clock,
            LongSupplier uptimeMillis) {
        this.markets = markets;
        this.accounts = accounts;
        this.board = board;
        this.execution = execution;
        this.clock = clock;
        this.uptimeMillis = uptimeMillis;
    }

    public void bind(RpcServer rpc) {
        rpc.service(VxRiskServiceGrpcService.SERVICE_NAME, VxRiskServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxRiskServiceGrpcService.ReserveOrder, Access.TRADER, this::reserveOrder)
                .unary(VxRiskServiceGrpcService.ReserveOrders, Access.TRADER, this::reserveOrders)
                .unary(VxRiskServiceGrpcService.ListPositions, Access.TRADER, this::listPositions)
                .bind();
    }

    private ReserveOrderResponse reserveOrder(ReserveOrderRequest request, Call call) {
        try {
            ReserveOrderResponse response = reserve(request, call.trader().account());
            RiskMetrics.reserved();
            return response;
        } catch (ApiException refusal) {
            throw RiskMetrics.refused(refusal);
        }
    }

    private ReserveOrdersResponse reserveOrders(ReserveOrdersRequest request, Call call) {
        ReserveOrdersResponse.Builder response = ReserveOrdersResponse.newBuilder();
        for (ReserveOrderRequest order : request.getOrdersList()) {
            response.addOutcomes(outcome(order, call));
        }
        return response.build();
    }

    private ReservationOutcome outcome(ReserveOrderRequest order, Call call) {
        try {
            return ReservationOutcome.newBuilder()
                    .setReserved(reserveOrder(order, call))
                    .build();
        } catch (ApiException refusal) {
            return ReservationOutcome.newBuilder().setRefusal(refusal.status()).build();
        }
    }

    private ReserveOrderResponse reserve(ReserveOrderRequest request, PublicKey account) {
        OrderDraft draft = draft(request);
        if (!draft.reduceOnly() && !execution.isTrusted()) {
            throw Refusals.accountsNotTrusted();
        }
        long now = clock.millis();
        if (!request.getMaxOrderNotional().isEmpty()) {
            checkDelegateLimit(draft, Decimals.usdcMicros(request.getMaxOrderNotional()), board.at(now));
        }
        Decision decision;
        try {
            decision = accounts.reserve(
                    account,
                    UUID.fromString(request.getReservationId()),
                    draft,
                    board.at(now),
                    uptimeMillis.getAsLong());
        } catch (Marks.StaleMarkException stale) {
            throw Refusals.staleMark(stale, now, board.maxAge());
        } catch (ReservationException refused) {
            throw Refusals.of(refused);
        } catch (ArithmeticException _) {
            throw Refusals.beyondRange();
        }
        return switch (decision) {
            case Decision.Granted granted -> granted(granted);
            case Decision.NoCollateral _ -> throw Refusals.noCollateral(account);
            case Decision.Insufficient insufficient -> throw Refusals.insufficientMargin(account, draft, insufficient);
        };
    }

    /** A session key that may sign for so much must not get round it by a sell far below the market. */
    private static void checkDelegateLimit(OrderDraft draft, long maxMicros, Marks marks) {
        OptionalLong mark = draft.side() == Side.SELL ? marks.latest(draft.market()) : OptionalLong.empty();
        long worthTicks = Math.max(draft.priceTicks(), mark.orElse(0));
        BigInteger lotMicros = BigInteger.valueOf(worthTicks)
                .multiply(BigInteger.valueOf(draft.market().microsPerTickLot()));
        BigInteger notional = lotMicros.multiply(BigInteger.valueOf(draft.lots()));
        BigInteger bound = BigInteger.valueOf(maxMicros);
        if (notional.compareTo(bound) > 0) {
            throw Refusals.delegateLimit(
                    draft, notional, maxMicros, bound.divide(lotMicros).longValueExact());
        }
    }

    private OrderDraft draft(ReserveOrderRequest request) {
        Market market =
                markets.bySymbol(request.getMarket()).orElseThrow(() -> Refusals.unknownMarket(request.getMarket()));
        long replaced = request.getReplacesOrderId().isEmpty()
                ? OrderDraft.NEW_ORDER
                : Long.parseLong(request.getReplacesOrderId());
        return new OrderDraft(
                market,
                request.getSide() == OrderSide.ORDER_SIDE_BUY ? Side.BUY : Side.SELL,
                ticks(market, request.getPrice()),
                lots(market, request.getQuantity(), replaced == OrderDraft.NEW_ORDER ? market.minLots() : 1),
                request.getReduceOnly(),
                replaced);
    }

    private static long ticks(Market market, String price) {
        long ticks;
        try {
            ticks = market.ticks(price);
        } catch (ArithmeticException _) {
            throw Refusals.offTick(market, price);
        }
        if (ticks <= 0 || ticks > market.maxPriceTicks()) {
            throw Refusals.priceOutOfRange(market, price);
        }
        return ticks;
    }

    /** @param least of an order that is amended any part may be left */
    private static long lots(Market market, String quantity, long least) {
        long lots;
        try {
            lots = market.lots(quantity);
        } catch (ArithmeticException _) {
            throw Refusals.offLot(market, quantity);
        }
        if (lots < least || lots > market.maxLots()) {
            throw Refusals.quantityOutOfRange(market, quantity, lots);
        }
        return lots;
    }

    private static ReserveOrderResponse granted(Decision.Granted granted) {
        ReserveOrderResponse.Builder response = ReserveOrderResponse.newBuilder();
        granted.figures()
                .ifPresent(figures -> response.setOrderMargin(Decimals.usdc(figures.orderMicros()))
                        .setMargin(margin(figures.margin())));
        return response.build();
    }

    private ListPositionsResponse listPositions(ListPositionsRequest request, Call call) {
        long now = clock.millis();
        Marks marks = board.at(now).ofAnyAge();
        // Read before the positions, which may then be further, never less far.
        long sequence = execution.sequence();
        try {
            return accounts.ask(call.trader().account(), account -> positions(account, marks))
                    .orElseGet(() -> ListPositionsResponse.newBuilder().setMargin(margin(new Margin(0, 0))))
                    .setSequence(sequence)
                    .build();
        } catch (Marks.StaleMarkException stale) {
            throw Refusals.staleMark(stale, now, board.maxAge());
        } catch (ArithmeticException _) {
            throw Refusals.beyondRange();
        }
    }

    private static ListPositionsResponse.Builder positions(Account account, Marks marks) {
        ListPositionsResponse.Builder response =
                ListPositionsResponse.newBuilder().setMargin(margin(account.margin(marks)));
        for (MarketExposure exposure : account.exposures()) {
            if (exposure.position().lots() != 0) {
                response.addPositions(position(exposure, marks.ticks(exposure.market())));
            }
        }
        return response;
    }

    private static Position position(MarketExposure exposure, long markTicks) {
        Market market = exposure.market();
        long lots = exposure.position().lots();
        return Position.newBuilder()
                .setMarket(market.symbol())
                .setSize(market.quantity(lots))
                .setEntryPrice(market.averagePrice(exposure.position().entry(), Math.absExact(lots)))
                .setMarkPrice(market.price(markTicks))
                .setUnrealizedPnl(Decimals.usdc(exposure.unrealisedMicros(markTicks)))
                .setInitialMargin(Decimals.usdc(exposure.positionMarginMicros(markTicks)))
                .build();
    }

    private static dev.quantdesk.proto.risk.v1.Margin margin(Margin margin) {
        return dev.quantdesk.proto.risk.v1.Margin.newBuilder()
                .setEquity(Decimals.usdc(margin.equityMicros()))
                .setInitialMargin(Decimals.usdc(margin.requirementMicros()))
                .setFreeMargin(Decimals.usdc(margin.freeMicros()))
                .build();
    }
}
