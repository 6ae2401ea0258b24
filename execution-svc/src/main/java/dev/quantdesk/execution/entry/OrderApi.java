package dev.quantdesk.execution.entry;

import com.google.protobuf.util.Durations;
import dev.quantdesk.execution.view.ChangedOrder;
import dev.quantdesk.execution.view.OrderHub;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.rpc.StreamWriter;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AmendOrderRequest;
import dev.quantdesk.proto.execution.v1.AmendOrderResponse;
import dev.quantdesk.proto.execution.v1.ArmKillSwitchRequest;
import dev.quantdesk.proto.execution.v1.ArmKillSwitchResponse;
import dev.quantdesk.proto.execution.v1.CancelAllOrdersRequest;
import dev.quantdesk.proto.execution.v1.CancelAllOrdersResponse;
import dev.quantdesk.proto.execution.v1.CancelOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelOrderResponse;
import dev.quantdesk.proto.execution.v1.GetOrderRequest;
import dev.quantdesk.proto.execution.v1.GetOrderResponse;
import dev.quantdesk.proto.execution.v1.ListOrdersRequest;
import dev.quantdesk.proto.execution.v1.ListOrdersResponse;
import dev.quantdesk.proto.execution.v1.Order;
import dev.quantdesk.proto.execution.v1.OrderSnapshot;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrderResponse;
import dev.quantdesk.proto.execution.v1.StreamOrdersRequest;
import dev.quantdesk.proto.execution.v1.StreamOrdersResponse;
import dev.quantdesk.proto.execution.v1.VxOrderServiceGrpcService;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The order service's methods: from messages to order entry and views, and back. */
public final class OrderApi {
    private static final int PAGE_SIZE = 50;

    private final OrderEntry entry;
    private final BatchEntry batches;
    private final BracketEntry brackets;
    private final TradeStreams streams;
    private final OrderHub hub;
    private final OrderReader reader;
    private final Clock clock;

    public OrderApi(
            OrderEntry entry,
            BatchEntry batches,
            BracketEntry brackets,
            TradeStreams streams,
            OrderHub hub,
            OrderReader reader,
            Clock clock) {
        this.entry = entry;
        this.batches = batches;
        this.brackets = brackets;
        this.streams = streams;
        this.hub = hub;
        this.reader = reader;
        this.clock = clock;
    }

    public void bind(RpcServer rpc) {
        rpc
                .service(VxOrderServiceGrpcService.SERVICE_NAME, VxOrderServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxOrderServiceGrpcService.PlaceOrder, Access.TRADER, this::placeOrder)
                .unary(VxOrderServiceGrpcService.AmendOrder, Access.TRADER, this::amendOrder)
                .unary(VxOrderServiceGrpcService.PlaceOrders, Access.TRADER, batches::place)
                .unary(VxOrderServiceGrpcService.PlaceBracketOrder, Access.TRADER, brackets::place)
                .unary(VxOrderServiceGrpcService.CancelOrder, Access.TRADER, this::cancelOrder)
                .unary(VxOrderServiceGrpcService.GetOrder, Access.TRADER, this::getOrder)
                .unary(VxOrderServiceGrpcService.ListOrders, Access.TRADER, this::listOrders)
                .unary(VxOrderServiceGrpcService.CancelAllOrders, Access.TRADER, this::cancelAllOrders)
                .unary(VxOrderServiceGrpcService.ArmKillSwitch, Access.TRADER, this::armKillSwitch)
                .stream(VxOrderServiceGrpcService.StreamOrders, Access.TRADER, this::streamOrders)
                .duplex(VxOrderServiceGrpcService.TradeOrders, Access.TRADER, streams::serve)
                .bind();
    }

    private PlaceOrderResponse placeOrder(PlaceOrderRequest request, Call call) throws Exception {
        OrderEntry.Placed placed = entry.place(request, call);
        return PlaceOrderResponse.newBuilder()
                .setOrder(placed.order())
                .setRepeatedRequest(placed.repeated())
                .addAllStages(placed.stages())
                .build();
    }

    private AmendOrderResponse amendOrder(AmendOrderRequest request, Call call) throws Exception {
        return AmendOrderResponse.newBuilder()
                .setOrder(entry.amend(request, call))
                .build();
    }

    private CancelOrderResponse cancelOrder(CancelOrderRequest request, Call call) throws Exception {
        return CancelOrderResponse.newBuilder()
                .setOrder(entry.cancel(request, call))
                .build();
    }

    private CancelAllOrdersResponse cancelAllOrders(CancelAllOrdersRequest request, Call call) throws Exception {
        return CancelAllOrdersResponse.newBuilder()
                .setCancelledOrders(entry.cancelAll(request.getMarket(), call))
                .build();
    }

    private ArmKillSwitchResponse armKillSwitch(ArmKillSwitchRequest request, Call call) throws Exception {
        long fireMillis = entry.armKillSwitch(Durations.toMillis(request.getTimeout()), call);
        ArmKillSwitchResponse.Builder response = ArmKillSwitchResponse.newBuilder();
        return (fireMillis == 0 ? response : response.setFireTime(Wire.time(fireMillis))).build();
    }

    private GetOrderResponse getOrder(GetOrderRequest request, Call call) throws Exception {
        PublicKey account = call.trader().account();
        var order = request.hasOrderId()
                ? reader.find(account, OrderReader.parseId(request.getOrderId()).orElseThrow(Refusals::orderNotFound))
                : reader.findByClientOrderId(account, request.getClientOrderId());
        return GetOrderResponse.newBuilder()
                .setOrder(order.orElseThrow(Refusals::orderNotFound))
                .build();
    }

    private ListOrdersResponse listOrders(ListOrdersRequest request, Call call) throws Exception {
        int size = request.getPageSize() == 0 ? PAGE_SIZE : request.getPageSize();
        long before = request.getPageToken().isEmpty()
                ? Long.MAX_VALUE
                : OrderReader.parseId(request.getPageToken()).orElse(0L);
        List<Order> orders = reader.list(call.trader().account(), before, size);
        String next = orders.size() < size ? "" : orders.getLast().getOrderId();
        return ListOrdersResponse.newBuilder()
                .addAllOrders(orders)
                .setNextPageToken(next)
                .build();
    }

    private void streamOrders(StreamOrdersRequest request, Call call, StreamWriter<StreamOrdersResponse> out)
            throws Exception {
        // Another member of the engine may have told the caller of it before this one has seen it.
        hub.awaitSequence(request.getResumeFromSequence());
        try (var orders = hub.subscribe(call.trader().account(), request.getResumeFromSequence())) {
            Optional<OrderSnapshot> snapshot = orders.snapshot();
            if (snapshot.isPresent()) {
                out.send(message().setSnapshot(snapshot.get()).build());
            }
            for (ChangedOrder missed : orders.missed()) {
                out.send(message().setUpdate(missed.toProto()).build());
            }
            while (true) {
                orders.checkComplete();
                out.send(
                        message().setUpdate(out.await(orders.queue()).toProto()).build());
            }
        }
    }

    private StreamOrdersResponse.Builder message() {
        return StreamOrdersResponse.newBuilder().setServerTime(Wire.time(clock.instant()));
    }
}
