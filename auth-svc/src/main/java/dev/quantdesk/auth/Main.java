package dev.quantdesk.auth;

import dev.quantdesk.auth.gateway.MeshReflection;
import dev.quantdesk.auth.redis.AuthRedis;
import dev.quantdesk.kit.db.Database;
import dev.quantdesk.kit.event.Redis;
import dev.quantdesk.kit.service.ServiceRuntime;
import java.time.Clock;

/** Starts auth-svc. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        ServiceRuntime.run("auth-svc", Main::wire);
    }

    private static void wire(ServiceRuntime runtime) {
        AuthRedis redis = runtime.closing(new AuthRedis(Redis.connect(runtime.settings()), runtime.telemetry()));
        Database database = runtime.closing(new Database(runtime.vertx(), runtime.settings(), runtime.telemetry()));
        Dependencies dependencies = runtime.closing(new Dependencies(redis, database).start());
        runtime.readyWhen("redis", dependencies::redisAnswers);
        runtime.readyWhen("postgres", dependencies::postgresHasAnswered);
        runtime.reflection(MeshReflection.ofClassPath()::bindTo);
        AuthParts.bind(runtime.rpc(), runtime.settings(), redis, database, runtime.identityIssuer(), Clock.systemUTC());
    }
}
