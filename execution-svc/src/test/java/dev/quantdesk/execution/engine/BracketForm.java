package dev.quantdesk.execution.engine;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.ArrayList;
import java.util.List;

/** Makes brackets that read as a sentence: {@code BracketForm.of(entry).target(sell).stop(sell).build()}. Signed at once. */
public final class BracketForm {
    private static final PublicKey NO_SIGNER_OF_ITS_OWN = null;

    private final List<LegRole> roles = new ArrayList<>();
    private final List<Command.PlaceOrder> orders = new ArrayList<>();
    private PublicKey signer = NO_SIGNER_OF_ITS_OWN;
    private long exitAtMillis;
    private long exitAfterMillis;

    private BracketForm() {}

    public static BracketForm of(Orders entry) {
        return new BracketForm().leg(LegRole.ENTRY, entry);
    }

    public static BracketForm exits() {
        return new BracketForm();
    }

    public static BracketForm alternatives(Orders... orders) {
        BracketForm form = new BracketForm();
        for (Orders order : orders) {
            form.leg(LegRole.ALTERNATIVE, order);
        }
        return form;
    }

    /** Any leg, whether it fits or not. */
    public BracketForm leg(LegRole role, Orders order) {
        roles.add(role);
        orders.add(order.build());
        return this;
    }

    public BracketForm target(Orders order) {
        return leg(LegRole.TAKE_PROFIT, order.reduceOnly());
    }

    public BracketForm stop(Orders order) {
        return leg(LegRole.STOP_LOSS, order.reduceOnly());
    }

    public BracketForm exitAt(long millis, Orders order) {
        exitAtMillis = millis;
        return leg(LegRole.TIME_EXIT, order.market().reduceOnly());
    }

    public BracketForm exitAfter(long millis, Orders order) {
        exitAfterMillis = millis;
        return leg(LegRole.TIME_EXIT, order.market().reduceOnly());
    }

    public BracketForm signer(PublicKey key) {
        signer = key;
        return this;
    }

    public List<BracketOrder> legs() {
        byte[] signed = new byte[orders.size() * SignedIntent.LENGTH];
        for (int i = 0; i < orders.size(); i++) {
            System.arraycopy(orders.get(i).intent().bytes(), 0, signed, i * SignedIntent.LENGTH, SignedIntent.LENGTH);
        }
        List<BracketOrder> legs = new ArrayList<>();
        for (int i = 0; i < orders.size(); i++) {
            legs.add(new BracketOrder(roles.get(i), signed(orders.get(i), signed)));
        }
        return legs;
    }

    private Command.PlaceOrder signed(Command.PlaceOrder order, byte[] signed) {
        Command.PlaceOrder first = orders.getFirst();
        SignedIntent intent = new SignedIntent(
                order.intent().bytes(),
                first.intent().signature(),
                signer == null ? first.intent().signer() : signer,
                order.intent().nonce(),
                order.intent().expirySeconds(),
                signed);
        return new Command.PlaceOrder(
                order.account(),
                order.owner(),
                order.clientOrderId(),
                order.marketId(),
                order.side(),
                order.type(),
                order.timeInForce(),
                order.postOnly(),
                order.reduceOnly(),
                order.selfTrade(),
                order.priceTicks(),
                order.quantityLots(),
                order.expireMillis(),
                order.trigger(),
                order.peg(),
                intent,
                order.reservationId(),
                first.trace());
    }

    public Command.PlaceBracket build() {
        return new Command.PlaceBracket(legs(), exitAtMillis, exitAfterMillis);
    }

    public BracketShape.Problem problem() {
        return BracketShape.problem(legs(), exitAtMillis, exitAfterMillis).orElseThrow();
    }
}
