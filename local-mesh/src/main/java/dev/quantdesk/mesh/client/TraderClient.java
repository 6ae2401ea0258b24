package dev.quantdesk.mesh.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.quantdesk.kit.intent.OrderIntent;
import dev.quantdesk.kit.market.Decimals;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.telemetry.Telemetry;
import dev.quantdesk.proto.auth.v1.AccountServiceGrpc;
import dev.quantdesk.proto.auth.v1.CreateChallengeRequest;
import dev.quantdesk.proto.auth.v1.CreateSessionRequest;
import dev.quantdesk.proto.auth.v1.CreateSubAccountRequest;
import dev.quantdesk.proto.auth.v1.Delegate;
import dev.quantdesk.proto.auth.v1.GrantDelegateRequest;
import dev.quantdesk.proto.auth.v1.ListDelegatesRequest;
import dev.quantdesk.proto.auth.v1.ListSubAccountsRequest;
import dev.quantdesk.proto.auth.v1.RevokeDelegateRequest;
import dev.quantdesk.proto.auth.v1.SessionServiceGrpc;
import dev.quantdesk.proto.auth.v1.SubAccount;
import dev.quantdesk.proto.execution.v1.OrderServiceGrpc;
import dev.quantdesk.proto.execution.v1.OrderType;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import dev.quantdesk.proto.execution.v1.PlaceOrdersRequest;
import dev.quantdesk.proto.execution.v1.Side;
import dev.quantdesk.proto.execution.v1.SignedBatch;
import dev.quantdesk.proto.execution.v1.SignedIntent;
import dev.quantdesk.proto.execution.v1.TimeInForce;
import dev.quantdesk.proto.intelligence.v1.InsightServiceGrpc;
import dev.quantdesk.proto.marketdata.v1.GetOrderBookRequest;
import dev.quantdesk.proto.marketdata.v1.ListMarketsRequest;
import dev.quantdesk.proto.marketdata.v1.Market;
import dev.quantdesk.proto.marketdata.v1.MarketDataServiceGrpc;
import dev.quantdesk.proto.marketdata.v1.OrderBook;
import dev.quantdesk.proto.risk.v1.CollateralServiceGrpc;
import dev.quantdesk.proto.risk.v1.RequestTestFundsRequest;
import dev.quantdesk.proto.risk.v1.RiskServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A trader at the gateway: signs in, signs intents, and calls the services with generated stubs. Thread-safe. */
public final class TraderClient implements AutoCloseable {
    /** How long one unary call may take. */
    public static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> SUB_ACCOUNT =
            Metadata.Key.of("x-sub-account", Metadata.ASCII_STRING_MARSHALLER);
    private static final int MAX_MESSAGE_BYTES = 4 << 20;
    // Eight a millisecond-step beyond any rate a client keeps up, so that a new process never meets an old one's
    // nonces. One for all clients, since those of several sub-accounts sign with one key.
    private static final AtomicLong NONCES = new AtomicLong(System.currentTimeMillis() >> 3);

    private final ManagedChannel channel;
    private final Channel traced;
    private final KeyPair wallet;
    private final Map<String, Market> markets = new LinkedHashMap<>();
    private volatile String token = "";
    private volatile String subAccount = "";

    /** @param interceptors see each call before session and trace are added to it */
    public TraderClient(String host, int port, KeyPair wallet, Telemetry telemetry, ClientInterceptor... interceptors) {
        this.channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .build();
        this.traced = ClientInterceptors.intercept(
                ClientInterceptors.intercept(channel, new Headers(telemetry)), interceptors);
        this.wallet = wallet;
    }

    public KeyPair wallet() {
        return wallet;
    }

    /** Account of this trader: the wallet's address. */
    public String account() {
        return wallet.publicKey().toString();
    }

    public String token() {
        return token;
    }

    /** Uses a session made before, or any other token; empty for none. */
    public void useToken(String token) {
        this.token = token;
    }

    /** Acts for the wallet's sub-account with that number from now on; for its own account where that is empty. */
    public void useSubAccount(String number) {
        this.subAccount = number;
    }

    /** Makes a sub-account of the wallet. */
    public SubAccount createSubAccount(String name) {
        return accounts()
                .createSubAccount(
                        CreateSubAccountRequest.newBuilder().setName(name).build())
                .getSubAccount();
    }

    /** The wallet's sub-accounts, by number. */
    public List<SubAccount> subAccounts() {
        return accounts()
                .listSubAccounts(ListSubAccountsRequest.getDefaultInstance())
                .getSubAccountsList();
    }

    /** Signs in with the wallet. */
    public void signIn() {
        useToken("");
        var sessions = sessions();
        String message = sessions.createChallenge(CreateChallengeRequest.newBuilder()
                        .setAddress(account())
                        .build())
                .getMessage();
        useToken(sessions.createSession(CreateSessionRequest.newBuilder()
                        .setMessage(message)
                        .setSignature(ByteString.copyFrom(wallet.sign(message.getBytes(StandardCharsets.UTF_8))))
                        .build())
                .getToken());
    }

    /** Lets {@code sessionKey} sign orders of up to {@code maxNotional} USDC for this account. */
    public void delegate(KeyPair sessionKey, Duration life, String maxNotional) {
        long expires = Instant.now().plus(life).getEpochSecond();
        String text = "QuantDesk delegation\naccount: " + account() + "\nsession key: " + sessionKey.publicKey()
                + "\nmax order notional: " + maxNotional + " USDC\nexpires: " + expires;
        accounts()
                .grantDelegate(GrantDelegateRequest.newBuilder()
                        .setPublicKey(sessionKey.publicKey().toString())
                        .setMaxOrderNotional(maxNotional)
                        .setExpireTime(Timestamp.newBuilder().setSeconds(expires))
                        .setSignature(ByteString.copyFrom(wallet.sign(text.getBytes(StandardCharsets.UTF_8))))
                        .build());
    }

    /** Live session keys of the account, base58. */
    public List<String> delegates() {
        return accounts().listDelegates(ListDelegatesRequest.getDefaultInstance()).getDelegatesList().stream()
                .map(Delegate::getPublicKey)
                .toList();
    }

    /** Takes a session key's rights away. */
    public void revoke(String sessionKey) {
        accounts()
                .revokeDelegate(RevokeDelegateRequest.newBuilder()
                        .setPublicKey(sessionKey)
                        .build());
    }

    private AccountServiceGrpc.AccountServiceBlockingStub accounts() {
        return AccountServiceGrpc.newBlockingStub(traced)
                .withDeadlineAfter(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Asks the local chain's faucet for test USDC; what was credited, empty where the account had it already. */
    public String requestTestFunds() {
        return collateral()
                .requestTestFunds(RequestTestFundsRequest.newBuilder()
                        .setRequestId(newId())
                        .build())
                .getCredited();
    }

    /** Rules of a market. */
    public Market market(String symbol) {
        synchronized (markets) {
            if (markets.isEmpty()) {
                marketData()
                        .listMarkets(ListMarketsRequest.getDefaultInstance())
                        .getMarketsList()
                        .forEach(market -> markets.put(market.getSymbol(), market));
            }
            Market market = markets.get(symbol);
            if (market == null) {
                throw new IllegalArgumentException("no market " + symbol + "; there are " + markets.keySet());
            }
            return market;
        }
    }

    /** A limit order signed by {@code signer}, whose intent has exactly the order's bounds. */
    public PlaceOrderRequest.Builder limitOrder(
            String symbol, Side side, String price, String quantity, TimeInForce timeInForce, KeyPair signer) {
        return PlaceOrderRequest.newBuilder()
                .setClientOrderId(newId())
                .setMarket(symbol)
                .setSide(side)
                .setType(OrderType.ORDER_TYPE_LIMIT)
                .setTimeInForce(timeInForce)
                .setPrice(price)
                .setQuantity(quantity)
                .setIntent(intent(symbol, side, price, quantity, Duration.ofMinutes(10), signer));
    }

    /** A market order that trades no worse than {@code worstPrice}. */
    public PlaceOrderRequest.Builder marketOrder(
            String symbol, Side side, String worstPrice, String quantity, KeyPair signer) {
        return limitOrder(symbol, side, worstPrice, quantity, TimeInForce.TIME_IN_FORCE_IOC, signer)
                .setType(OrderType.ORDER_TYPE_MARKET)
                .clearPrice();
    }

    /** The price that lies {@code slippage}, a share of it, beyond the best that an order would meet in the reference book. */
    public String worstPrice(String symbol, Side side, BigDecimal slippage) {
        OrderBook book = marketData()
                .getOrderBook(GetOrderBookRequest.newBuilder()
                        .setMarket(symbol)
                        .setDepth(1)
                        .build())
                .getOrderBook();
        boolean buys = side == Side.SIDE_BUY;
        BigDecimal best = new BigDecimal((buys ? book.getAsks(0) : book.getBids(0)).getPrice());
        BigDecimal worst = best.multiply(buys ? BigDecimal.ONE.add(slippage) : BigDecimal.ONE.subtract(slippage));
        BigDecimal tick = new BigDecimal(market(symbol).getTickSize());
        return Decimals.plain(worst.divide(tick, 0, RoundingMode.HALF_EVEN).multiply(tick));
    }

    /** Signs the bounds of an order. */
    public SignedIntent intent(String symbol, Side side, String price, String quantity, Duration life, KeyPair signer) {
        Market market = market(symbol);
        OrderIntent intent = new OrderIntent(
                NONCES.incrementAndGet() & 0xFFFF_FFFFL,
                Instant.now().plus(life).getEpochSecond(),
                side == Side.SIDE_SELL,
                steps(price, market.getTickSize()),
                steps(quantity, market.getLotSize()),
                market.getIntentDomain().toByteArray());
        return sign(intent.encode(), signer);
    }

    /** Puts orders, each with an intent of its own, under one signature of {@code signer}. */
    public static PlaceOrdersRequest batch(List<PlaceOrderRequest> orders, KeyPair signer) {
        PlaceOrdersRequest.Builder request = PlaceOrdersRequest.newBuilder();
        orders.forEach(order -> request.addOrders(order.toBuilder().clearIntent()));
        return request.setBatch(signAll(orders, signer)).build();
    }

    /** Signs the intents of these orders at once. */
    public static SignedBatch signAll(List<PlaceOrderRequest> orders, KeyPair signer) {
        ByteString intents = ByteString.EMPTY;
        for (PlaceOrderRequest order : orders) {
            intents = intents.concat(order.getIntent().getIntent());
        }
        return SignedBatch.newBuilder()
                .setIntents(intents)
                .setSignature(ByteString.copyFrom(signer.sign(intents.toByteArray())))
                .setSigner(signer.publicKey().toString())
                .build();
    }

    /** Signs any bytes as an intent. */
    public static SignedIntent sign(byte[] intent, KeyPair signer) {
        return SignedIntent.newBuilder()
                .setIntent(ByteString.copyFrom(intent))
                .setSignature(ByteString.copyFrom(signer.sign(intent)))
                .setSigner(signer.publicKey().toString())
                .build();
    }

    private static long steps(String value, String step) {
        return new BigDecimal(value)
                .divide(new BigDecimal(step), 0, java.math.RoundingMode.UNNECESSARY)
                .longValueExact();
    }

    /** A new identifier for an order or a request. */
    public static String newId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    public SessionServiceGrpc.SessionServiceBlockingStub sessions() {
        return SessionServiceGrpc.newBlockingStub(traced)
                .withDeadlineAfter(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    public OrderServiceGrpc.OrderServiceBlockingStub orders() {
        return OrderServiceGrpc.newBlockingStub(traced)
                .withDeadlineAfter(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The order service without a deadline, for streams. */
    public OrderServiceGrpc.OrderServiceBlockingStub orderStreams() {
        return OrderServiceGrpc.newBlockingStub(traced);
    }

    public MarketDataServiceGrpc.MarketDataServiceBlockingStub marketData() {
        return MarketDataServiceGrpc.newBlockingStub(traced)
                .withDeadlineAfter(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    public MarketDataServiceGrpc.MarketDataServiceBlockingStub marketDataStreams() {
        return MarketDataServiceGrpc.newBlockingStub(traced);
    }

    public RiskServiceGrpc.RiskServiceBlockingStub risk() {
        return RiskServiceGrpc.newBlockingStub(traced)
                .withDeadlineAfter(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    public CollateralServiceGrpc.CollateralServiceBlockingStub collateral() {
        return CollateralServiceGrpc.newBlockingStub(traced)
                .withDeadlineAfter(CALL_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    public InsightServiceGrpc.InsightServiceBlockingStub insightStreams() {
        return InsightServiceGrpc.newBlockingStub(traced);
    }

    /** The channel with session and trace headers, for other stubs. */
    public Channel channel() {
        return traced;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** Adds the session, the sub-account and the current trace to every call. */
    private final class Headers implements ClientInterceptor {
        private final Telemetry telemetry;

        private Headers(Telemetry telemetry) {
            this.telemetry = telemetry;
        }

        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    if (!token.isEmpty()) {
                        headers.put(AUTHORIZATION, "Bearer " + token);
                    }
                    if (!subAccount.isEmpty()) {
                        headers.put(SUB_ACCOUNT, subAccount);
                    }
                    telemetry.inject((name, value) ->
                            headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
                    super.start(listener, headers);
                }
            };
        }
    }
}
