-- Stands in for a service's tables: the form that every table with account data has.
CREATE TABLE risk.notes (account text NOT NULL, note text NOT NULL);
GRANT USAGE ON SCHEMA risk TO risk_svc, risk_engine;
GRANT SELECT, INSERT ON risk.notes TO risk_svc, risk_engine;
ALTER TABLE risk.notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE risk.notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON risk.notes USING (account = (SELECT current_setting('quantdesk.account', true)));
