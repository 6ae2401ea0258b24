/**
 * The form of a snapshot: checked chunks of plain fields. Called by everything whose memory a snapshot holds; knows nothing
 * of any of it, nor where chunks go.
 *
 * <p>To keep a new part of the engine in snapshots: give it {@code save(SnapshotWriter)} and {@code load(SnapshotReader)}
 * beside its {@code hash}, begin both with a {@link dev.quantdesk.execution.snapshot.SnapshotWriter#section section} of its
 * own, and call them in {@code OrderEngine.save} and {@code OrderEngine.load}, at the same place in both. A field of an order
 * goes into {@code LiveOrder.save} and {@code LiveOrder.load}; what stands in its command is kept by the codec. A layout may
 * change as one likes, with another version of the section: a snapshot that can't be read is left, and the log is replayed
 * instead, from an earlier snapshot or from its start. {@code SnapshotTest} fails when something was forgotten.
 */
package dev.quantdesk.execution.snapshot;
