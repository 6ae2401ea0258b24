package dev.quantdesk.mesh;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.Ed25519;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The keys of one mesh, made at its first start and kept in its data directory, readable by its owner only. */
final class MeshKeys {
    private final Path directory;
    private final SecureRandom random = new SecureRandom();

    MeshKeys(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    /** Makes what is missing: an identity key for every service, and the set of their public halves. */
    void prepareIdentityKeys() throws IOException {
        List<JWK> publicKeys = new ArrayList<>();
        for (MeshService service : MeshService.values()) {
            Path file = identityKey(service);
            ECKey key;
            try {
                if (!Files.exists(file)) {
                    ECKey made = new ECKeyGenerator(Curve.P_256)
                            .keyID(service.processName())
                            .generate();
                    write(file, made.toJSONString());
                }
                key = ECKey.parse(Files.readString(file));
            } catch (JOSEException | java.text.ParseException broken) {
                throw new IOException(file + " is not a P-256 key: delete it, and a new one is made", broken);
            }
            publicKeys.add(key.toPublicJWK());
        }
        write(identityKeySet(), new JWKSet(publicKeys).toString());
    }

    Path identityKey(MeshService service) {
        return directory.resolve(service.processName() + ".jwk");
    }

    Path identityKeySet() {
        return directory.resolve("identity-keys.json");
    }

    /** An Ed25519 key kept under {@code name}; its file holds the 64 bytes seed and public key in base58, as wallets do. */
    Ed25519.KeyPair keyPair(String name) throws IOException {
        Path file = keyPairFile(name);
        if (!Files.exists(file)) {
            Ed25519.KeyPair made = Ed25519.KeyPair.generate(random);
            byte[] both = new byte[64];
            System.arraycopy(made.seed(), 0, both, 0, 32);
            System.arraycopy(made.publicKey().toBytes(), 0, both, 32, 32);
            write(file, Base58.encode(both));
        }
        byte[] both = Base58.decode(Files.readString(file).strip());
        return Ed25519.KeyPair.ofSeed(java.util.Arrays.copyOf(both, 32));
    }

    Path keyPairFile(String name) {
        return directory.resolve(name + ".key");
    }

    /** A random secret kept under {@code name}; 64 hexadecimal digits. */
    String secret(String name) throws IOException {
        Path file = secretFile(name);
        if (!Files.exists(file)) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            write(file, HexFormat.of().formatHex(bytes));
        }
        return Files.readString(file).strip();
    }

    Path secretFile(String name) {
        return directory.resolve(name + ".secret");
    }

    private static void write(Path file, String content) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(temporary, content);
        Files.move(temporary, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
}
