-- The few submissions that wait for an answer, and the pushes that were refused.
CREATE INDEX filings_waiting ON filings (id) WHERE outcome IS NULL;
