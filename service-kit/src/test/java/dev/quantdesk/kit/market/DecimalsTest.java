package dev.quantdesk.kit.market;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class DecimalsTest {

    @ParameterizedTest
    @CsvSource({
        "65000.5, 0.1, 650005",
        "65000.50000, 0.1, 650005",
        "2004.75, 0.05, 40095",
        "0, 0.1, 0",
        "0.0001, 0.0001, 1",
        "1e2, 0.1, 1000",
        "922337203685477580.7, 0.1, 9223372036854775807"
    })
    void shouldCountWholeSteps(String text, BigDecimal step, long units) {
        assertEquals(units, Decimals.toUnits(text, step));
    }

    @ParameterizedTest
    @CsvSource({"65000.55, 0.1", "2004.77, 0.05", "0.00009, 0.0001", "0.00010000000000000000001, 0.0001"})
    void shouldRefuseWhenTheValueIsBetweenTwoSteps(String text, BigDecimal step) {
        assertThrows(ArithmeticException.class, () -> Decimals.toUnits(text, step));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "922337203685477580.8",
                "99999999999999999999999",
                "1e40",
                "1e20000000",
                "1e-20000000",
                "1e999999999"
            })
    @Timeout(2)
    void shouldRefuseAtOnceWhenTheValueDoesNotFit64Bits(String text) {
        assertThrows(ArithmeticException.class, () -> Decimals.toUnits(text, new BigDecimal("0.1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " 1", "1,5", "abc", "NaN", "0x10", "--1"})
    void shouldRefuseWhenTheTextIsNoNumber(String text) {
        assertThrows(NumberFormatException.class, () -> Decimals.toUnits(text, BigDecimal.ONE));
    }

    @Test
    void shouldRefuseWhenTheTextIsEndless() {
        assertThrows(NumberFormatException.class, () -> Decimals.toUnits("1".repeat(1_000_000), BigDecimal.ONE));
    }

    @Test
    void shouldReturnTheSameUnitsWhenReadingWhatWasWritten() {
        long seed = 10L;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<BigDecimal> steps = List.of("0.1", "0.05", "0.001", "0.0001", "1", "25", "0.000000001").stream()
                .map(BigDecimal::new)
                .toList();
        for (int round = 0; round < 5_000; round++) {
            long units = random.nextLong() >> random.nextInt(64);
            BigDecimal step = steps.get(random.nextInt(steps.size()));
            String text = Decimals.fromUnits(units, step);
            assertEquals(units, Decimals.toUnits(text, step), "seed " + seed + " round " + round + ": " + text);
        }
    }

    @Test
    void shouldWritePlainTextWithoutTrailingZeros() {
        assertEquals("65000.5", Decimals.fromUnits(650_005, new BigDecimal("0.1")));
        assertEquals("1000000", Decimals.fromUnits(1_000_000, BigDecimal.ONE));
        assertEquals("0", Decimals.fromUnits(0, new BigDecimal("0.0001")));
        assertEquals("1.5", Decimals.usdc(1_500_000));
        assertEquals("-0.000001", Decimals.usdc(-1));
        assertEquals("100", Decimals.plain(new BigDecimal("1E+2")));
    }
}
