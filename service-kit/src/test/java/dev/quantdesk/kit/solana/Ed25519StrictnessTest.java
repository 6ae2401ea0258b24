package dev.quantdesk.kit.solana;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is accepted here has to be accepted by the chain, so nothing that {@code verify_strict} refuses may pass. */
@Timeout(20)
class Ed25519StrictnessTest {
    private static final HexFormat HEX = HexFormat.of();
    /** Order of the prime-order group, RFC 8032 section 5.1. */
    private static final BigInteger GROUP_ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    /** An edge case of {@code speccheck.txt}. */
    record Case(String description, byte[] message, byte[] key, byte[] signature) {
        @Override
        public String toString() {
            return description;
        }
    }

    static Stream<Case> publishedEdgeCases() throws IOException {
        try (InputStream in = Ed25519StrictnessTest.class.getResourceAsStream("/ed25519/speccheck.txt")) {
            assertNotNull(in);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.startsWith("#"))
                            .map(line -> line.split(" \\| "))
                            .map(part -> new Case(
                                    part[0], HEX.parseHex(part[1]), HEX.parseHex(part[2]), HEX.parseHex(part[3])))
                            .toList()
                            .stream();
        }
    }

    /** What is said to both implementations, of which a machine uses one, has the same answer. */
    private static boolean verify(PublicKey key, byte[] message, byte[] signature) {
        boolean valid = Ed25519.verify(key, message, signature);
        Ed25519.CheckedKey checked = Ed25519.checked(key);
        if (checked != null && signature.length == Ed25519.SIGNATURE_LENGTH) {
            assertEquals(valid, Ed25519.verifyInJava(checked.point(), message, signature), "in Java");
            checked.forNative()
                    .ifPresent(known ->
                            assertEquals(valid, Ed25519.verifyNatively(known, message, signature), "natively"));
        }
        return valid;
    }

    @Test
    void shouldKnowAllTwelvePublishedEdgeCases() throws IOException {
        assertEquals(12, publishedEdgeCases().count());
    }

    @ParameterizedTest
    @MethodSource("publishedEdgeCases")
    void shouldRefuseWhenSignatureIsAPublishedEdgeCase(Case edge) {
        assertFalse(verify(PublicKey.of(edge.key()), edge.message(), edge.signature()));
    }

    /** The eight points of small order and the six other ways to write some of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "0100000000000000000000000000000000000000000000000000000000000080",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            })
    void shouldRefuseKeyWhenItIsOfSmallOrderHoweverWritten(String encoding) {
        byte[] point = HEX.parseHex(encoding);
        assertFalse(Ed25519.isStrongKey(PublicKey.of(point)));
        // S·B = R + k·A holds for every message with A the identity and R = S·B: a key like that must sign nothing.
        byte[] signature = new byte[Ed25519.SIGNATURE_LENGTH];
        System.arraycopy(point, 0, signature, 0, 32);
        assertFalse(verify(PublicKey.of(point), new byte[0], signature));
        PublicKey honest = Ed25519.KeyPair.ofSeed(new byte[32]).publicKey();
        assertFalse(verify(honest, new byte[0], signature));
    }

    @Test
    void shouldRefuseKeyWhenItIsNoPointAtAll() {
        // y = 2 has no x on the curve.
        byte[] none = new byte[32];
        none[0] = 2;
        assertFalse(Ed25519.isStrongKey(PublicKey.of(none)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldSignAndVerifyTheVectorsOfRfc8032(int vector) throws Exception {
        String[] seeds = {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42"
        };
        String[] keys = {
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"
        };
        String[] signatures = {
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
                    + "655141438e7a100b",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
                    + "b00d291612bb0c00",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
                    + "c027beceea1ec40a",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17a"
                    + "d9bef1177331a704"
        };
        byte[] sha512OfAbc = MessageDigest.getInstance("SHA-512").digest("abc".getBytes(StandardCharsets.UTF_8));
        byte[][] messages = {{}, {0x72}, {(byte) 0xaf, (byte) 0x82}, sha512OfAbc};
        Ed25519.KeyPair pair = Ed25519.KeyPair.ofSeed(HEX.parseHex(seeds[vector]));
        assertEquals(keys[vector], HEX.formatHex(pair.publicKey().toBytes()));
        assertEquals(signatures[vector], HEX.formatHex(pair.sign(messages[vector])));
        assertTrue(verify(pair.publicKey(), messages[vector], HEX.parseHex(signatures[vector])));
    }

    @Test
    void shouldAcceptHonestSignaturesAndRefuseEveryChangedBit() {
        long seed = 20_260_101L;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            byte[] secret = new byte[Ed25519.SEED_LENGTH];
            random.nextBytes(secret);
            Ed25519.KeyPair pair = Ed25519.KeyPair.ofSeed(secret);
            byte[] message = new byte[random.nextInt(64) + 1];
            random.nextBytes(message);
            byte[] signature = pair.sign(message);
            String context = "seed " + seed + " round " + round;
            assertTrue(Ed25519.isStrongKey(pair.publicKey()), context);
            assertTrue(verify(pair.publicKey(), message, signature), context);
            assertFalse(verify(pair.publicKey(), message, flipped(signature, random)), context);
            assertFalse(verify(pair.publicKey(), flipped(message, random), signature), context);
            assertFalse(verify(PublicKey.of(flipped(pair.publicKey().toBytes(), random)), message, signature), context);
        }
    }

    @Test
    void shouldRefuseWhenSIsRaisedByTheGroupOrder() {
        Ed25519.KeyPair pair = Ed25519.KeyPair.ofSeed(new byte[32]);
        byte[] message = "malleable".getBytes(StandardCharsets.UTF_8);
        byte[] signature = pair.sign(message);
        byte[] scalar = Arrays.copyOfRange(signature, 32, 64);
        byte[] raised = littleEndian(new BigInteger(1, reversed(scalar)).add(GROUP_ORDER));
        System.arraycopy(raised, 0, signature, 32, 32);
        assertFalse(verify(pair.publicKey(), message, signature));
    }

    /** Whoever holds a key can sign with a nonce of zero: R is then the identity, or another point of small order. */
    @Test
    void shouldRefuseWhenTheHolderOfAStrongKeyChoosesAPointRThatIsNotStrong() throws Exception {
        byte[] seed = new byte[32];
        byte[] message = "chosen nonce".getBytes(StandardCharsets.UTF_8);
        PublicKey key = Ed25519.KeyPair.ofSeed(seed).publicKey();
        byte[] identity = HEX.parseHex("0100000000000000000000000000000000000000000000000000000000000000");
        byte[] orderEight = HEX.parseHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
        assertFalse(verify(key, message, signature(seed, message, identity, BigInteger.ZERO)));
        assertFalse(verify(key, message, signature(seed, message, orderEight, BigInteger.ZERO)));
        // The same arithmetic with an honest nonce passes, so it is R that was refused.
        byte[] nonceSeed = new byte[32];
        nonceSeed[0] = 1;
        byte[] honest = Ed25519.KeyPair.ofSeed(nonceSeed).publicKey().toBytes();
        assertTrue(verify(key, message, signature(seed, message, honest, secretScalar(nonceSeed))));
    }

    /** R and S = nonce + k·a for the secret scalar a of {@code seed}, RFC 8032 section 5.1.6. */
    private static byte[] signature(byte[] seed, byte[] message, byte[] pointR, BigInteger nonce) throws Exception {
        MessageDigest sha512 = MessageDigest.getInstance("SHA-512");
        sha512.update(pointR);
        sha512.update(Ed25519.KeyPair.ofSeed(seed).publicKey().toBytes());
        BigInteger k = new BigInteger(1, reversed(sha512.digest(message)));
        byte[] signature = Arrays.copyOf(pointR, Ed25519.SIGNATURE_LENGTH);
        byte[] scalar = littleEndian(k.multiply(secretScalar(seed)).add(nonce).mod(GROUP_ORDER));
        System.arraycopy(scalar, 0, signature, 32, 32);
        return signature;
    }

    private static BigInteger secretScalar(byte[] seed) throws Exception {
        byte[] half = Arrays.copyOf(MessageDigest.getInstance("SHA-512").digest(seed), 32);
        half[0] &= (byte) 0xf8;
        half[31] = (byte) (half[31] & 0x7f | 0x40);
        return new BigInteger(1, reversed(half));
    }

    @Test
    void shouldRefuseWhenSignatureHasNot64Bytes() {
        Ed25519.KeyPair pair = Ed25519.KeyPair.ofSeed(new byte[32]);
        byte[] signature = pair.sign(new byte[0]);
        for (int length : List.of(0, 63, 65)) {
            assertFalse(verify(pair.publicKey(), new byte[0], Arrays.copyOf(signature, length)));
        }
    }

    @Test
    void shouldNotShowTheSeedWhenPrinted() {
        Ed25519.KeyPair pair = Ed25519.KeyPair.ofSeed(new byte[32]);
        assertEquals("KeyPair[" + pair.publicKey() + "]", pair.toString());
    }

    @Test
    void shouldKeepItsSeedWhenTheCallerClearsTheArray() {
        byte[] seed = new byte[32];
        Arrays.fill(seed, (byte) 7);
        Ed25519.KeyPair pair = Ed25519.KeyPair.ofSeed(seed);
        byte[] before = pair.sign(new byte[0]);
        Arrays.fill(seed, (byte) 0);
        assertArrayEquals(before, pair.sign(new byte[0]));
    }

    private static byte[] flipped(byte[] bytes, Random random) {
        byte[] changed = bytes.clone();
        int bit = random.nextInt(changed.length * 8);
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        return changed;
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private static byte[] littleEndian(BigInteger value) {
        byte[] big = value.toByteArray();
        byte[] little = new byte[32];
        for (int i = 0; i < big.length && i < 32; i++) {
            little[i] = big[big.length - 1 - i];
        }
        return little;
    }
}
