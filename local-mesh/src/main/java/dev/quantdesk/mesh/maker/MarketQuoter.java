package dev.quantdesk.mesh.maker;

import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.mesh.client.Refusal;
import dev.quantdesk.mesh.client.TraderClient;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.SelfTradePrevention;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.marketdata.v1.Market;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps {@value #LEVELS} quotes a side in one market, and renews them when the price has moved, one has filled or they age. */
final class MarketQuoter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MarketQuoter.class);
    private static final int LEVELS = 2;
    private static final BigDecimal HALF_SPREAD = new BigDecimal("0.0005");
    private static final BigDecimal LEVEL_STEP = new BigDecimal("0.0010");
    private static final BigDecimal REQUOTE_MOVE = new BigDecimal("0.0008");
    private static final BigDecimal LEVEL_NOTIONAL = new BigDecimal("20000");
    /** Below the ten minutes for which an intent is signed. */
    private static final Duration RENEW_AFTER = Duration.ofMinutes(8);

    private final TraderClient client;
    private final Market market;
    private final OwnOrders own;
    private final ReferencePrice reference;
    private final BigDecimal tick;
    private final BigDecimal lot;
    private BigDecimal quotedAround;
    private Instant quotedAt = Instant.EPOCH;

    MarketQuoter(TraderClient client, Market market, OwnOrders own) {
        this.client = client;
        this.market = market;
        this.own = own;
        this.reference = ReferencePrice.follow(client, market.getSymbol());
        this.tick = new BigDecimal(market.getTickSize());
        this.lot = new BigDecimal(market.getLotSize());
    }

    /** Quotes anew where needed. Whether the market is quoted. */
    boolean refresh() {
        Optional<BigDecimal> middle = reference.middle();
        if (middle.isEmpty()) {
            return false;
        }
        List<Order> open = own.open().stream()
                .filter(order -> order.getMarket().equals(market.getSymbol()))
                .toList();
        boolean whole = open.size() == 2 * LEVELS
                && open.stream().allMatch(order -> order.getFilledQuantity().equals("0"));
        if (whole && !hasMoved(middle.get()) && Instant.now().isBefore(quotedAt.plus(RENEW_AFTER))) {
            return true;
        }
        if (!replace(middle.get(), open)) {
            return !open.isEmpty();
        }
        quotedAround = middle.get();
        quotedAt = Instant.now();
        return true;
    }

    /**
     * Each new quote comes before an old one of its side goes: an order that arrives meanwhile finds a counterparty. The side that
     * the price moves towards goes first, so that new quotes don't meet old ones.
     *
     * @return whether all new quotes are there; an old one stays where its successor was refused
     */
    private boolean replace(BigDecimal middle, List<Order> open) {
        List<Side> sides = hasRisen(middle, open)
                ? List.of(Side.SIDE_SELL, Side.SIDE_BUY)
                : List.of(Side.SIDE_BUY, Side.SIDE_SELL);
        boolean all = true;
        for (Side side : sides) {
            Deque<Order> old = open.stream()
                    .filter(order -> order.getSide() == side)
                    .collect(Collectors.toCollection(ArrayDeque::new));
            for (int level = 0; level < LEVELS; level++) {
                if (!place(side, middle, level)) {
                    all = false;
                } else if (!old.isEmpty()) {
                    cancel(old.remove());
                }
            }
            if (all) {
                old.forEach(this::cancel);
            }
        }
        return all;
    }

    /** Whether the price is above what the open quotes lie around. */
    private static boolean hasRisen(BigDecimal middle, List<Order> open) {
        BigDecimal sum =
                open.stream().map(order -> new BigDecimal(order.getPrice())).reduce(BigDecimal.ZERO, BigDecimal::add);
        return middle.multiply(BigDecimal.valueOf(open.size())).compareTo(sum) > 0;
    }

    private boolean hasMoved(BigDecimal middle) {
        return quotedAround == null
                || middle.subtract(quotedAround).abs().compareTo(quotedAround.multiply(REQUOTE_MOVE)) > 0;
    }

    private boolean place(Side side, BigDecimal middle, int level) {
        BigDecimal distance = HALF_SPREAD.add(LEVEL_STEP.multiply(BigDecimal.valueOf(level)));
        boolean buys = side == Side.SIDE_BUY;
        BigDecimal price = middle.multiply(buys ? BigDecimal.ONE.subtract(distance) : BigDecimal.ONE.add(distance));
        BigDecimal onTick = price.divide(tick, 0, buys ? RoundingMode.FLOOR : RoundingMode.CEILING)
                .multiply(tick);
        BigDecimal quantity =
                LEVEL_NOTIONAL.divide(price.multiply(lot), 0, RoundingMode.DOWN).multiply(lot);
        try {
            own.acknowledged(client.orders()
                    .placeOrder(client.limitOrder(
                                    market.getSymbol(),
                                    side,
                                    Decimals.plain(onTick),
                                    Decimals.plain(quantity),
                                    TimeInForce.TIME_IN_FORCE_GTC,
                                    client.wallet())
                            // One that meets an old quote all the same takes its place.
                            .setSelfTradePrevention(SelfTradePrevention.SELF_TRADE_PREVENTION_EXPIRE_MAKER)
                            .build())
                    .getOrder());
            return true;
        } catch (StatusRuntimeException refused) {
            // A market that can't be quoted at this moment must not keep the others from being quoted.
            LOG.warn("{} {} at {} was refused: {}", side, market.getSymbol(), onTick, Refusal.of(refused));
            if (refused.getStatus().getCode() == Status.Code.UNAUTHENTICATED) {
                throw refused;
            }
            return false;
        }
    }

    private void cancel(Order order) {
        try {
            own.acknowledged(client.orders()
                    .cancelOrder(CancelOrderRequest.newBuilder()
                            .setOrderId(order.getOrderId())
                            .build())
                    .getOrder());
        } catch (StatusRuntimeException refused) {
            LOG.warn("cancelling {} was refused: {}", order.getOrderId(), Refusal.of(refused));
            if (refused.getStatus().getCode() == Status.Code.UNAUTHENTICATED) {
                throw refused;
            }
        }
    }

    @Override
    public void close() {
        reference.close();
    }
}
