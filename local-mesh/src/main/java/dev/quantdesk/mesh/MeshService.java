package dev.quantdesk.mesh;

/** The five services, with their ports before the offset. */
public enum MeshService {
    MARKET_DATA("market-data-svc", "dev.quantdesk.marketdata.Main", 3003, 4003, 64),
    AUTH("auth-svc", "dev.quantdesk.auth.Main", 3006, 4006, 64),
    RISK("risk-svc", "dev.quantdesk.risk.Main", 3005, 4005, 96),
    EXECUTION("execution-svc", "dev.quantdesk.execution.Main", 3004, 4004, 2_048),
    INTELLIGENCE("intelligence-svc", "dev.quantdesk.intelligence.Main", 3000, 4000, 64);

    private final String processName;
    private final String mainClass;
    private final int httpPort;
    private final int grpcPort;
    private final int heapMegabytes;

    MeshService(String processName, String mainClass, int httpPort, int grpcPort, int heapMegabytes) {
        this.processName = processName;
        this.mainClass = mainClass;
        this.httpPort = httpPort;
        this.grpcPort = grpcPort;
        this.heapMegabytes = heapMegabytes;
    }

    public String processName() {
        return processName;
    }

    /** Whether every order passes it. */
    boolean isOnOrdersWay() {
        return this == AUTH || this == RISK || this == EXECUTION;
    }

    /** Name of one of its processes: the service's own for the first, with a number for the others. */
    public String processName(int instance) {
        return instance == 0 ? processName : processName + "-" + instance;
    }

    String mainClass() {
        return mainClass;
    }

    int httpPort() {
        return httpPort;
    }

    int grpcPort() {
        return grpcPort;
    }

    int heapMegabytes() {
        return heapMegabytes;
    }
}
