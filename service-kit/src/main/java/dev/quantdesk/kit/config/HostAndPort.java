package dev.quantdesk.kit.config;

/** A TCP address as settings write it, {@code host:port}. */
public record HostAndPort(String host, int port) {
    static HostAndPort parse(String setting, String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (colon < 1 || port < 1 || port > 65_535) {
                throw new NumberFormatException(text);
            }
            return new HostAndPort(text.substring(0, colon), port);
        } catch (NumberFormatException wrong) {
            throw new Settings.SettingsException(setting + " is '" + text + "', not HOST:PORT");
        }
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
