package dev.quantdesk.execution.cluster;

import io.aeron.archive.checksum.Checksum;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/** CRC-32C of what the log records. Aeron's own reaches into the JDK for it, which has to be opened to it by an option. */
final class EntryChecksum implements Checksum {
    @Override
    public int compute(long address, int offset, int length) {
        byte[] bytes = new byte[length];
        new UnsafeBuffer(address + offset, length).getBytes(0, bytes);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
