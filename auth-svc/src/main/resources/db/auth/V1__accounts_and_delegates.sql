-- Accounts and the session keys that their wallets delegated. Every row belongs to one account, and a transaction sees the
-- rows of the account that it was opened for.

CREATE TABLE auth.accounts (
    -- Wallet address, base58.
    account text PRIMARY KEY CHECK (length(account) BETWEEN 32 AND 44),
    tier text NOT NULL DEFAULT 'FREE' CHECK (tier IN ('FREE', 'PRO', 'MARKET_MAKER')),
    -- Counts the changes to the account, so that of two copies the newer one is known.
    version bigint NOT NULL DEFAULT 1,
    create_time timestamptz NOT NULL
);

-- A grant is known by what the wallet signed, and is kept after it ended, so that it can't be handed in again.
CREATE TABLE auth.delegates (
    account text NOT NULL REFERENCES auth.accounts,
    public_key text NOT NULL CHECK (length(public_key) BETWEEN 32 AND 44),
    -- Unix seconds.
    expire_seconds bigint NOT NULL,
    -- Largest notional of one order, millionths of a USDC.
    max_order_notional_micros bigint NOT NULL CHECK (max_order_notional_micros > 0),
    -- The notional as the signed text writes it, without which the signature can't be checked again.
    max_order_notional_text text NOT NULL,
    signature bytea NOT NULL CHECK (length(signature) = 64),
    create_time timestamptz NOT NULL,
    -- When the grant was revoked, or replaced by a newer one for the same key.
    end_time timestamptz,
    PRIMARY KEY (account, public_key, expire_seconds, max_order_notional_micros)
);

ALTER TABLE auth.accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY own_account ON auth.accounts
    USING (account = (SELECT current_setting('quantdesk.account', true)));

ALTER TABLE auth.delegates ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.delegates FORCE ROW LEVEL SECURITY;
CREATE POLICY own_account ON auth.delegates
    USING (account = (SELECT current_setting('quantdesk.account', true)));

GRANT USAGE ON SCHEMA auth TO auth_svc;
GRANT SELECT, INSERT, UPDATE ON auth.accounts TO auth_svc;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.delegates TO auth_svc;
