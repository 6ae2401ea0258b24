package dev.quantdesk.auth.delegate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.auth.Wallet;
import dev.quantdesk.kit.config.Settings.SettingsException;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TierPolicyTest {
    private final PublicKey maker = Wallet.randomKeys().publicKey();
    private final PublicKey pro = Wallet.randomKeys().publicKey();

    @Test
    void shouldPreferTheSettingOverTheStoredTier() {
        TierPolicy policy = TierPolicy.parse(Map.of("market_maker", maker + ",", "pro", " " + pro));
        assertEquals(Tier.MARKET_MAKER, policy.tierOf(maker, Tier.FREE));
        assertEquals(Tier.PRO, policy.tierOf(pro, Tier.FREE));
        assertEquals(Tier.PRO, policy.tierOf(Wallet.randomKeys().publicKey(), Tier.PRO));
    }

    @Test
    void shouldRefuseASettingThatCantBeMeant() {
        assertThrows(SettingsException.class, () -> TierPolicy.parse(Map.of("platinum", "")));
        assertThrows(SettingsException.class, () -> TierPolicy.parse(Map.of("pro", "not-a-key")));
        assertThrows(
                SettingsException.class,
                () -> TierPolicy.parse(Map.of("pro", maker.toString(), "market_maker", maker.toString())));
    }
}
