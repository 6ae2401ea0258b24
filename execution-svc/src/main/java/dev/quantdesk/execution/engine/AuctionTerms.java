package dev.quantdesk.execution.engine;

/**
 * What an order has to do with auctions.
 *
 * @param openMillis how long the auction is to run that the order opens where it would take, 0 for none
 * @param quotesAuctionId the auction that the order is a quote for, 0 for none
 */
record AuctionTerms(long openMillis, long quotesAuctionId) {
    static final AuctionTerms NONE = new AuctionTerms(0, 0);

    static AuctionTerms opens(long millis) {
        return new AuctionTerms(millis, 0);
    }

    static AuctionTerms quotes(long auctionId) {
        return new AuctionTerms(0, auctionId);
    }

    boolean isQuote() {
        return quotesAuctionId > 0;
    }
}
