-- A firm's sub-accounts: accounts of their own for orders, margin and positions, which belong to the firm's wallet. None is
-- ever deleted, so the numbers of one owner have no gaps.

CREATE TABLE auth.sub_accounts (
    -- The wallet's address, base58.
    owner text NOT NULL REFERENCES auth.accounts,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 128),
    -- Follows from owner and number; no point of the curve, so that nobody has its secret.
    account text NOT NULL UNIQUE CHECK (length(account) BETWEEN 32 AND 44),
    -- What the owner calls it.
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 32),
    create_time timestamptz NOT NULL,
    PRIMARY KEY (owner, number),
    UNIQUE (owner, name)
);

ALTER TABLE auth.sub_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.sub_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY own_account ON auth.sub_accounts
    USING (owner = (SELECT current_setting('quantdesk.account', true)));

GRANT SELECT, INSERT ON auth.sub_accounts TO auth_svc;
