package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.execution.engine.TraceParent;

/** What settlement needs of an order: the intent its trader signed, and the trace it was placed in. */
record SignedOrder(long orderId, SignedIntent intent, TraceParent trace) {}
