package dev.quantdesk.auth.audit;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class AuditLogTest {
    @Test
    void shouldWriteOnlySoManyDenialsASecond() {
        AuditLog audit = new AuditLog();
        for (int i = 0; i < AuditLog.DENIALS_PER_SECOND; i++) {
            assertTrue(audit.mayWriteDenial(7));
        }
        assertFalse(audit.mayWriteDenial(7));
        assertTrue(audit.mayWriteDenial(8));
    }
}
