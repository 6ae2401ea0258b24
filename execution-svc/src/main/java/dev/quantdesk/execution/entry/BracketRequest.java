package dev.quantdesk.execution.entry;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import dev.quantdesk.execution.engine.BracketShape;
import dev.quantdesk.execution.engine.LegRole;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PlaceBracketOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.SignedBatch;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * A bracket's request, as one whole order for each leg. Pure.
 *
 * @param exitAtMillis when the time exit goes to work, or 0
 * @param exitAfterMillis how long after the entry's first fill that is, or 0
 */
record BracketRequest(List<Leg> legs, long exitAtMillis, long exitAfterMillis) {
    private static final String ENTRY = "entry";
    private static final String STOP = "stop_loss";
    private static final String TIME_EXIT = "time_exit";

    /** @param name as the contract names it: {@code take_profits[1]} */
    record Leg(LegRole role, String name, PlaceOrderRequest order) {}

    /** @throws ApiException with {@link Reason#BRACKET_INVALID} where there is no bracket to be seen in it */
    static BracketRequest of(PlaceBracketOrderRequest request) {
        List<Leg> named = request.getAlternativesCount() > 0 ? alternatives(request) : withExits(request);
        if (named.size() < BracketShape.LEGS_MIN || named.size() > BracketShape.LEGS_MAX) {
            throw invalid(
                            "legs",
                            "A bracket has " + BracketShape.LEGS_MIN + " to " + BracketShape.LEGS_MAX + " orders.")
                    .with("limit", "legs")
                    .with("value", Integer.toString(named.size()))
                    .with(
                            "bound",
                            Integer.toString(
                                    named.size() < BracketShape.LEGS_MIN
                                            ? BracketShape.LEGS_MIN
                                            : BracketShape.LEGS_MAX))
                    .build();
        }
        SignedBatch batch = request.getBatch();
        if (batch.getIntents().size() != named.size() * SignedIntent.LENGTH) {
            throw invalid(
                            "batch.intents",
                            "There are " + named.size() + " orders, and "
                                    + batch.getIntents().size() + " bytes of intents, which have 38 each.")
                    .with("limit", "batch.intents")
                    .with("value", Integer.toString(batch.getIntents().size()))
                    .with("bound", Integer.toString(named.size() * SignedIntent.LENGTH))
                    .build();
        }
        List<Leg> legs = new ArrayList<>();
        for (int i = 0; i < named.size(); i++) {
            legs.add(whole(named.get(i), i, named.getFirst().order().getMarket(), batch));
        }
        return new BracketRequest(List.copyOf(legs), atMillis(request), afterMillis(request));
    }

    private static List<Leg> alternatives(PlaceBracketOrderRequest request) {
        if (request.hasEntry() || request.getTakeProfitsCount() > 0 || request.hasStopLoss() || request.hasTimeExit()) {
            throw invalid("alternatives", "Orders that exclude each other go with no entry and no exits.")
                    .build();
        }
        List<Leg> legs = new ArrayList<>();
        for (int i = 0; i < request.getAlternativesCount(); i++) {
            legs.add(new Leg(LegRole.ALTERNATIVE, "alternatives[" + i + "]", request.getAlternatives(i)));
        }
        return legs;
    }

    private static List<Leg> withExits(PlaceBracketOrderRequest request) {
        List<Leg> legs = new ArrayList<>();
        if (request.hasEntry()) {
            legs.add(new Leg(LegRole.ENTRY, ENTRY, request.getEntry()));
        }
        for (int i = 0; i < request.getTakeProfitsCount(); i++) {
            legs.add(new Leg(LegRole.TAKE_PROFIT, "take_profits[" + i + "]", reduceOnly(request.getTakeProfits(i))));
        }
        if (request.hasStopLoss()) {
            legs.add(new Leg(LegRole.STOP_LOSS, STOP, reduceOnly(request.getStopLoss())));
        }
        if (request.hasTimeExit() && !legs.isEmpty()) {
            legs.add(new Leg(LegRole.TIME_EXIT, TIME_EXIT, timeExit(request, legs.getFirst())));
        }
        return legs;
    }

    private static PlaceOrderRequest reduceOnly(PlaceOrderRequest exit) {
        return exit.toBuilder().setReduceOnly(true).build();
    }

    private static PlaceOrderRequest timeExit(PlaceBracketOrderRequest request, Leg first) {
        return PlaceOrderRequest.newBuilder()
                .setClientOrderId(request.getTimeExit().getClientOrderId())
                .setMarket(first.order().getMarket())
                .setSide(
                        first.role() == LegRole.ENTRY
                                ? opposite(first.order().getSide())
                                : first.order().getSide())
                .setType(OrderType.ORDER_TYPE_MARKET)
                .setTimeInForce(TimeInForce.TIME_IN_FORCE_IOC)
                .setQuantity(quantity(request))
                .setReduceOnly(true)
                .build();
    }

    private static Side opposite(Side side) {
        return switch (side) {
            case SIDE_BUY -> Side.SIDE_SELL;
            case SIDE_SELL -> Side.SIDE_BUY;
            case SIDE_UNSPECIFIED, UNRECOGNIZED -> Side.SIDE_UNSPECIFIED;
        };
    }

    /** What the whole bracket is for, as text; of what can't be read the leg's own check tells. */
    private static String quantity(PlaceBracketOrderRequest request) {
        if (request.hasEntry() || request.hasStopLoss()) {
            return (request.hasEntry() ? request.getEntry() : request.getStopLoss()).getQuantity();
        }
        BigDecimal sum = BigDecimal.ZERO;
        for (PlaceOrderRequest target : request.getTakeProfitsList()) {
            try {
                sum = sum.add(new BigDecimal(target.getQuantity()));
            } catch (NumberFormatException refusedWithItsLeg) {
                return target.getQuantity();
            }
        }
        return sum.toPlainString();
    }

    private static Leg whole(Leg leg, int index, String market, SignedBatch batch) {
        if (leg.order().hasIntent()) {
            throw invalid(leg.name() + ".intent", "The intents of a bracket stand in its batch.")
                    .with("leg", leg.name())
                    .build();
        }
        int at = index * SignedIntent.LENGTH;
        ByteString intent = batch.getIntents().substring(at, at + SignedIntent.LENGTH);
        PlaceOrderRequest.Builder order = leg.order().toBuilder()
                .setIntent(dev.quantdesk.proto.execution.v1.SignedIntent.newBuilder()
                        .setIntent(intent)
                        .setSignature(batch.getSignature())
                        .setSigner(batch.getSigner()));
        if (order.getMarket().isEmpty()) {
            order.setMarket(market);
        }
        return new Leg(leg.role(), leg.name(), order.build());
    }

    private static long atMillis(PlaceBracketOrderRequest request) {
        if (!request.getTimeExit().hasExitTime()) {
            return 0;
        }
        boolean usable = Timestamps.isValid(request.getTimeExit().getExitTime())
                && Timestamps.toMillis(request.getTimeExit().getExitTime()) > 0;
        if (!usable) {
            throw ApiException.refuse(Reason.EXPIRE_TIME_INVALID, "The exit time is not a time after 1970.")
                    .field("time_exit.exit_time", "a valid time after 1970")
                    .with("leg", TIME_EXIT)
                    .build();
        }
        return Timestamps.toMillis(request.getTimeExit().getExitTime());
    }

    private static long afterMillis(PlaceBracketOrderRequest request) {
        return request.getTimeExit().hasExitAfter()
                ? Durations.toMillis(request.getTimeExit().getExitAfter())
                : 0;
    }

    static ApiException.Builder invalid(String field, String text) {
        return ApiException.refuse(Reason.BRACKET_INVALID, text).field(field, text);
    }
}
