package dev.quantdesk.risk;

import dev.quantdesk.kit.service.ServiceRuntime;

/** Starts risk-svc. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        ServiceRuntime.run("risk-svc", Main::wire);
    }

    private static void wire(ServiceRuntime runtime) throws Exception {
        RiskParts parts = new RiskParts(runtime.settings(), runtime.vertx(), runtime.telemetry(), runtime::closing);
        parts.bind(runtime.rpc());
        parts.conditions().forEach(runtime::readyWhen);
    }
}
