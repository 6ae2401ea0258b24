package dev.quantdesk.marketdata.book;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quantdesk.marketdata.TestMarkets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class MidPriceTest {
    @Test
    void shouldBeExactWhenTheMiddleIsOnATick() {
        assertEquals("2004.3", TestMarkets.eth().midPrice(40_084, 40_088));
    }

    @Test
    void shouldRoundHalfEvenWhenTheMiddleIsBetweenTicks() {
        // 40,084.5 ticks go down to the even 40,084; 40,085.5 ticks up to the even 40,086.
        assertEquals("2004.2", TestMarkets.eth().midPrice(40_084, 40_085));
        assertEquals("2004.3", TestMarkets.eth().midPrice(40_085, 40_086));
    }
}
