package dev.quantdesk.auth.gateway;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.quantdesk.kit.rpc.MeshDescriptors;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.reflection.v1.ErrorResponse;
import io.vertx.grpc.reflection.v1.ExtensionNumberResponse;
import io.vertx.grpc.reflection.v1.FileDescriptorResponse;
import io.vertx.grpc.reflection.v1.ListServiceResponse;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Server reflection for the whole mesh, v1 and v1alpha, from the descriptor set that the contracts were compiled to;
 * so that one address, the gateway's, describes every service. Answers from memory, on the event loop. Immutable.
 */
public final class MeshReflection {
    private static final List<String> VERSIONS = List.of("v1", "v1alpha");

    private final Map<String, FileDescriptor> files = new LinkedHashMap<>();
    private final Map<String, FileDescriptor> symbols = new TreeMap<>();
    private final Map<String, Map<Integer, FileDescriptor>> extensions = new TreeMap<>();
    private final Set<String> services = new TreeSet<>();

    /** @param set every file after those it imports, as protoc writes them */
    MeshReflection(FileDescriptorSet set) throws DescriptorValidationException {
        for (FileDescriptorProto proto : set.getFileList()) {
            FileDescriptor[] imports =
                    proto.getDependencyList().stream().map(files::get).toArray(FileDescriptor[]::new);
            FileDescriptor file = FileDescriptor.buildFrom(proto, imports);
            files.put(file.getName(), file);
            index(file);
        }
    }

    /** @throws IllegalStateException when the class path has no usable descriptor set, which a build always makes */
    public static MeshReflection ofClassPath() {
        try {
            return new MeshReflection(MeshDescriptors.load());
        } catch (DescriptorValidationException broken) {
            throw new IllegalStateException("the contracts' descriptor set does not hold together", broken);
        }
    }

    private void index(FileDescriptor file) {
        for (ServiceDescriptor service : file.getServices()) {
            services.add(service.getFullName());
            symbols.put(service.getFullName(), file);
            service.getMethods().forEach(method -> symbols.put(method.getFullName(), file));
        }
        file.getMessageTypes().forEach(this::index);
        file.getEnumTypes().forEach(this::index);
        file.getExtensions().forEach(this::index);
    }

    private void index(Descriptor message) {
        symbols.put(message.getFullName(), message.getFile());
        message.getFields().forEach(field -> symbols.put(field.getFullName(), message.getFile()));
        message.getOneofs().forEach(oneof -> symbols.put(oneof.getFullName(), message.getFile()));
        message.getNestedTypes().forEach(this::index);
        message.getEnumTypes().forEach(this::index);
        message.getExtensions().forEach(this::index);
    }

    private void index(EnumDescriptor type) {
        symbols.put(type.getFullName(), type.getFile());
        type.getValues().forEach(value -> symbols.put(value.getFullName(), type.getFile()));
    }

    private void index(FieldDescriptor extension) {
        symbols.put(extension.getFullName(), extension.getFile());
        extensions
                .computeIfAbsent(extension.getContainingType().getFullName(), _ -> new TreeMap<>())
                .put(extension.getNumber(), extension.getFile());
    }

    /** Serves both versions on {@code server}; a stream answers any number of requests, until the client ends it. */
    public void bindTo(GrpcServer server) {
        for (String version : VERSIONS) {
            server.callHandler(
                    ServiceMethod.<ServerReflectionRequest, ServerReflectionResponse>server(
                            ServiceName.create("grpc.reflection." + version + ".ServerReflection"),
                            "ServerReflectionInfo",
                            GrpcMessageEncoder.encoder(),
                            GrpcMessageDecoder.decoder(ServerReflectionRequest.newBuilder())),
                    this::serve);
        }
    }

    private void serve(GrpcServerRequest<ServerReflectionRequest, ServerReflectionResponse> stream) {
        stream.handler(request -> {
            stream.response().write(answer(request));
            // A client that asks faster than it reads waits.
            if (stream.response().writeQueueFull()) {
                stream.pause();
                stream.response().drainHandler(_ -> stream.resume());
            }
        });
        stream.endHandler(_ -> stream.response().end());
    }

    ServerReflectionResponse answer(ServerReflectionRequest request) {
        ServerReflectionResponse.Builder answer = ServerReflectionResponse.newBuilder()
                .setValidHost(request.getHost())
                .setOriginalRequest(request);
        return switch (request.getMessageRequestCase()) {
            case LIST_SERVICES -> answer.setListServicesResponse(list()).build();
            case FILE_BY_FILENAME -> file(answer, files.get(request.getFileByFilename()));
            case FILE_CONTAINING_SYMBOL -> file(answer, symbols.get(request.getFileContainingSymbol()));
            case FILE_CONTAINING_EXTENSION -> {
                var wanted = request.getFileContainingExtension();
                yield file(
                        answer,
                        extensions
                                .getOrDefault(wanted.getContainingType(), Map.of())
                                .get(wanted.getExtensionNumber()));
            }
            case ALL_EXTENSION_NUMBERS_OF_TYPE -> numbers(answer, request.getAllExtensionNumbersOfType());
            case MESSAGEREQUEST_NOT_SET -> error(answer, GrpcStatus.INVALID_ARGUMENT, "the request asks for nothing");
        };
    }

    private ListServiceResponse list() {
        ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
        services.forEach(name -> list.addService(ServiceResponse.newBuilder().setName(name)));
        return list.build();
    }

    private ServerReflectionResponse numbers(ServerReflectionResponse.Builder answer, String type) {
        if (!symbols.containsKey(type)) {
            return error(answer, GrpcStatus.NOT_FOUND, "not a type of this mesh");
        }
        return answer.setAllExtensionNumbersResponse(ExtensionNumberResponse.newBuilder()
                        .setBaseTypeName(type)
                        .addAllExtensionNumber(
                                extensions.getOrDefault(type, Map.of()).keySet()))
                .build();
    }

    private static ServerReflectionResponse file(ServerReflectionResponse.Builder answer, FileDescriptor file) {
        if (file == null) {
            return error(answer, GrpcStatus.NOT_FOUND, "not part of this mesh");
        }
        Set<FileDescriptor> closure = new LinkedHashSet<>();
        addWithImports(file, closure);
        FileDescriptorResponse.Builder protos = FileDescriptorResponse.newBuilder();
        closure.forEach(each -> protos.addFileDescriptorProto(each.toProto().toByteString()));
        return answer.setFileDescriptorResponse(protos).build();
    }

    private static void addWithImports(FileDescriptor file, Set<FileDescriptor> closure) {
        if (closure.add(file)) {
            file.getDependencies().forEach(each -> addWithImports(each, closure));
        }
    }

    private static ServerReflectionResponse error(
            ServerReflectionResponse.Builder answer, GrpcStatus status, String message) {
        return answer.setErrorResponse(
                        ErrorResponse.newBuilder().setErrorCode(status.code).setErrorMessage(message))
                .build();
    }
}
