package dev.quantdesk.execution.engine;

/** What becomes of an order that may not take. The ordinal is part of the journal's format: append only. */
public enum PostOnly {
    /** It may take. */
    NO,
    /** It is refused where it would trade at once. */
    REFUSE,
    /** It rests one tick behind the best opposite price where it would trade at once. */
    SLIDE
}
