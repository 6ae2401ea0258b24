package dev.quantdesk.auth.gateway;

import dev.quantdesk.auth.delegate.Account;
import dev.quantdesk.auth.delegate.SubAccountKeys;
import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.PublicKey;

/** Which of a wallet's accounts a request is about: the one that its {@value #HEADER} header names, or the wallet's own. Pure. */
final class ActsFor {
    /** Request header with the number of a sub-account. */
    static final String HEADER = "x-sub-account";

    private static final String AUTH_SERVICES = "/quantdesk.auth.v1.";
    private static final int DIGITS_MAX = 9;

    private ActsFor() {}

    /**
     * @param header the header's value, or null. Sessions, session keys and sub-accounts themselves are the wallet's, so
     *     auth-svc's own methods are about the wallet whatever it says
     * @throws ApiException with {@link Reason#SUB_ACCOUNT_UNKNOWN} when it names no sub-account of the owner
     */
    static PublicKey account(Account owner, String path, String header) {
        if (header == null || path.startsWith(AUTH_SERVICES)) {
            return owner.key();
        }
        int number = number(header);
        if (number < 1 || number > owner.subAccounts()) {
            throw ApiException.refuse(Reason.SUB_ACCOUNT_UNKNOWN, sentence(owner.subAccounts()))
                    .with("limit", "sub_account")
                    .with("value", header)
                    .with("bound", Integer.toString(owner.subAccounts()))
                    .build();
        }
        return SubAccountKeys.of(owner.key(), number);
    }

    private static String sentence(int subAccounts) {
        return subAccounts == 0
                ? "The wallet has no sub-accounts: leave the " + HEADER + " header out, or create one."
                : "The " + HEADER + " header is not a number from 1 to " + subAccounts
                        + ", which are the wallet's sub-accounts.";
    }

    /** @return 0 for what is no number */
    private static int number(String header) {
        boolean digits = !header.isEmpty()
                && header.length() <= DIGITS_MAX
                && header.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Integer.parseInt(header) : 0;
    }
}
