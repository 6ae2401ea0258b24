package dev.quantdesk.execution.entry;

import dev.quantdesk.kit.rpc.Access;
import dev.quantdesk.kit.rpc.Call;
import dev.quantdesk.kit.rpc.RpcServer;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.AlgoOrder;
import dev.quantdesk.proto.execution.v1.CancelAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.CancelAlgoOrderResponse;
import dev.quantdesk.proto.execution.v1.GetAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.GetAlgoOrderResponse;
import dev.quantdesk.proto.execution.v1.ListAlgoOrdersRequest;
import dev.quantdesk.proto.execution.v1.ListAlgoOrdersResponse;
import dev.quantdesk.proto.execution.v1.PlaceAlgoOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceAlgoOrderResponse;
import dev.quantdesk.proto.execution.v1.VxAlgoOrderServiceGrpcService;
import java.util.List;
import java.util.Optional;

/** The algo order service's methods: from messages to entry and views, and back. */
public final class AlgoApi {
    private static final int PAGE_SIZE = 50;

    private final AlgoEntry entry;
    private final AlgoReader reader;

    public AlgoApi(AlgoEntry entry, AlgoReader reader) {
        this.entry = entry;
        this.reader = reader;
    }

    public void bind(RpcServer rpc) {
        rpc.service(VxAlgoOrderServiceGrpcService.SERVICE_NAME, VxAlgoOrderServiceGrpcService.SERVICE_DESCRIPTOR)
                .unary(VxAlgoOrderServiceGrpcService.PlaceAlgoOrder, Access.TRADER, this::place)
                .unary(VxAlgoOrderServiceGrpcService.CancelAlgoOrder, Access.TRADER, this::cancel)
                .unary(VxAlgoOrderServiceGrpcService.GetAlgoOrder, Access.TRADER, this::get)
                .unary(VxAlgoOrderServiceGrpcService.ListAlgoOrders, Access.TRADER, this::list)
                .unary(
                        VxAlgoOrderServiceGrpcService.PreviewSchedule,
                        Access.TRADER,
                        (request, _) -> entry.preview(request))
                .bind();
    }

    private PlaceAlgoOrderResponse place(PlaceAlgoOrderRequest request, Call call) throws Exception {
        AlgoEntry.Placed placed = entry.place(request, call);
        return PlaceAlgoOrderResponse.newBuilder()
                .setOrder(placed.order())
                .setRepeatedRequest(placed.repeated())
                .build();
    }

    private CancelAlgoOrderResponse cancel(CancelAlgoOrderRequest request, Call call) throws Exception {
        return CancelAlgoOrderResponse.newBuilder()
                .setOrder(entry.cancel(request, call))
                .build();
    }

    private GetAlgoOrderResponse get(GetAlgoOrderRequest request, Call call) throws Exception {
        PublicKey account = call.trader().account();
        Optional<AlgoOrder> order = request.hasAlgoOrderId()
                ? reader.find(
                        account, OrderReader.parseId(request.getAlgoOrderId()).orElseThrow(AlgoEntry::notFound))
                : reader.findByClientOrderId(account, request.getClientOrderId());
        return GetAlgoOrderResponse.newBuilder()
                .setOrder(order.orElseThrow(AlgoEntry::notFound))
                .build();
    }

    private ListAlgoOrdersResponse list(ListAlgoOrdersRequest request, Call call) throws Exception {
        int size = request.getPageSize() == 0 ? PAGE_SIZE : request.getPageSize();
        long before = request.getPageToken().isEmpty()
                ? Long.MAX_VALUE
                : OrderReader.parseId(request.getPageToken()).orElse(0L);
        List<AlgoOrder> orders = reader.list(call.trader().account(), before, size);
        return ListAlgoOrdersResponse.newBuilder()
                .addAllOrders(orders)
                .setNextPageToken(orders.size() < size ? "" : orders.getLast().getAlgoOrderId())
                .build();
    }
}
