-- Tables of risk-svc. risk_svc works for one account at a time, as row-level security says; risk_engine follows the
-- order engine's events for all accounts.

GRANT USAGE ON SCHEMA risk TO risk_svc, risk_engine;

-- What each account holds in each market. lots and quote are exact sums over the account's trades: over all accounts
-- each adds up to zero.
CREATE TABLE risk.positions (
    account       text   NOT NULL,
    market        text   NOT NULL,
    lots          bigint NOT NULL,
    quote         bigint NOT NULL,
    entry         bigint NOT NULL CHECK (entry >= 0),
    PRIMARY KEY (account, market)
);

-- Orders that still wait to trade.
CREATE TABLE risk.open_orders (
    order_id      bigint  PRIMARY KEY,
    account       text    NOT NULL,
    market        text    NOT NULL,
    sell          boolean NOT NULL,
    price_ticks   bigint  NOT NULL CHECK (price_ticks > 0),
    lots          bigint  NOT NULL CHECK (lots > 0),
    reduce_only   boolean NOT NULL
);
CREATE INDEX open_orders_account ON risk.open_orders (account);

-- Up to which event the two tables above are complete. The times tell whether a stream is the one that was followed
-- before, or another that began anew.
CREATE TABLE risk.event_cursors (
    stream              text        PRIMARY KEY,
    sequence            bigint      NOT NULL CHECK (sequence > 0),
    event_time          timestamptz NOT NULL,
    first_event_time    timestamptz NOT NULL
);

-- Double entry: each row moves an amount from one ledger account to another, so the sum over all is zero whatever is
-- written. Ledger accounts are traders (base58) and 'faucet'.
CREATE TABLE risk.ledger_entries (
    entry_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    debit_account   text        NOT NULL,
    credit_account  text        NOT NULL,
    amount_micros   bigint      NOT NULL CHECK (amount_micros > 0),
    idempotency_key text        NOT NULL UNIQUE,
    reference       text        NOT NULL,
    entry_time      timestamptz NOT NULL DEFAULT now(),
    CHECK (debit_account <> credit_account)
);
CREATE INDEX ledger_entries_debit ON risk.ledger_entries (debit_account);
CREATE INDEX ledger_entries_credit ON risk.ledger_entries (credit_account);

-- Sum of each ledger account's entries: credits less debits. Written by the trigger below only.
CREATE TABLE risk.ledger_balances (
    account         text   PRIMARY KEY,
    balance_micros  bigint NOT NULL,
    last_entry_id   bigint NOT NULL
);

CREATE FUNCTION risk.post_ledger_entry() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- In the order of the names, so that two entries between the same accounts can't wait for each other.
    INSERT INTO risk.ledger_balances AS balances (account, balance_micros, last_entry_id)
    SELECT posting.account, posting.amount, NEW.entry_id
    FROM (VALUES (NEW.debit_account, -NEW.amount_micros), (NEW.credit_account, NEW.amount_micros))
        AS posting (account, amount)
    ORDER BY posting.account
    ON CONFLICT (account) DO UPDATE
        SET balance_micros = balances.balance_micros + EXCLUDED.balance_micros,
            last_entry_id = greatest(balances.last_entry_id, EXCLUDED.last_entry_id);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION risk.post_ledger_entry() FROM PUBLIC;
CREATE TRIGGER post_ledger_entry AFTER INSERT ON risk.ledger_entries
    FOR EACH ROW EXECUTE FUNCTION risk.post_ledger_entry();

CREATE FUNCTION risk.refuse_ledger_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'a ledger entry is never changed or removed: write one that reverses it';
END
$$;
CREATE TRIGGER refuse_ledger_change BEFORE UPDATE OR DELETE ON risk.ledger_entries
    FOR EACH ROW EXECUTE FUNCTION risk.refuse_ledger_change();

GRANT SELECT ON risk.positions, risk.open_orders TO risk_svc;
GRANT SELECT, INSERT, UPDATE, DELETE ON risk.positions, risk.open_orders, risk.event_cursors TO risk_engine;
-- To begin anew when the engine's history does.
GRANT TRUNCATE ON risk.positions, risk.open_orders TO risk_engine;
GRANT SELECT, INSERT ON risk.ledger_entries TO risk_svc;
GRANT SELECT ON risk.ledger_balances TO risk_svc, risk_engine;

ALTER TABLE risk.positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE risk.positions FORCE ROW LEVEL SECURITY;
ALTER TABLE risk.open_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE risk.open_orders FORCE ROW LEVEL SECURITY;
ALTER TABLE risk.ledger_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE risk.ledger_entries FORCE ROW LEVEL SECURITY;
ALTER TABLE risk.ledger_balances ENABLE ROW LEVEL SECURITY;
ALTER TABLE risk.ledger_balances FORCE ROW LEVEL SECURITY;

-- (SELECT …) is evaluated once for a query, not once for a row.
CREATE POLICY own_account ON risk.positions TO risk_svc
    USING (account = (SELECT current_setting('quantdesk.account', true)));
CREATE POLICY own_account ON risk.open_orders TO risk_svc
    USING (account = (SELECT current_setting('quantdesk.account', true)));
CREATE POLICY own_account ON risk.ledger_entries FOR SELECT TO risk_svc
    USING ((SELECT current_setting('quantdesk.account', true)) IN (debit_account, credit_account));
-- Only the faucet may be debited so far, in favour of the account at hand.
CREATE POLICY from_faucet ON risk.ledger_entries FOR INSERT TO risk_svc
    WITH CHECK (debit_account = 'faucet'
        AND credit_account = (SELECT current_setting('quantdesk.account', true)));
-- The faucet's balance is not a trader's: it shows how much has been given out.
CREATE POLICY own_account_or_faucet ON risk.ledger_balances TO risk_svc
    USING (account IN ((SELECT current_setting('quantdesk.account', true)), 'faucet'));

CREATE POLICY every_account ON risk.positions TO risk_engine USING (true);
CREATE POLICY every_account ON risk.open_orders TO risk_engine USING (true);
CREATE POLICY every_account ON risk.ledger_balances FOR SELECT TO risk_engine USING (true);
-- The trigger runs as the tables' owner, whom FORCE subjects to policies as well.
CREATE POLICY posting ON risk.ledger_balances TO CURRENT_USER USING (true);
