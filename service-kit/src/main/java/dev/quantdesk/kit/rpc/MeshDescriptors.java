package dev.quantdesk.kit.rpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.rpc.ErrorDetailsProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The descriptors of all contracts, as reflection and the gateway's transcoder need them. */
public final class MeshDescriptors {
    private static final String RESOURCE = "/quantdesk/mesh.pb";

    private MeshDescriptors() {}

    /** Every file after those it imports. No contract imports the details of refusals, but readers have to know them. */
    public static FileDescriptorSet load() {
        try (InputStream resource = MeshDescriptors.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is not on the class path");
            }
            FileDescriptorSet contracts = FileDescriptorSet.parseFrom(resource);
            FileDescriptorProto details = ErrorDetailsProto.getDescriptor().toProto();
            boolean known = contracts.getFileList().stream()
                    .anyMatch(file -> file.getName().equals(details.getName()));
            return known ? contracts : contracts.toBuilder().addFile(details).build();
        } catch (IOException broken) {
            throw new UncheckedIOException(RESOURCE + " is not a descriptor set", broken);
        }
    }
}
