package dev.quantdesk.execution.book;

/** What rests at one price. */
public record DepthLevel(long priceTicks, long lots, int orders) {}
