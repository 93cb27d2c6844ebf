-- Submissions of contracts to the supervising system: what each was given (package, JSON), and the answer that decided.
CREATE TABLE filings (
    id TEXT NOT NULL PRIMARY KEY,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    attempt BIGINT NOT NULL,
    package TEXT NOT NULL,
    prepared_at BIGINT NOT NULL,
    pushed_at BIGINT,
    answered_at BIGINT,
    outcome TEXT CHECK (outcome IN ('accepted', 'refused')),
    receipt TEXT,
    reason TEXT,
    UNIQUE (contract_id, attempt)
);

-- Every answer that came, in the order it came; effect says what it did: decided, repeated, superseded, contradictory.
CREATE TABLE filing_answers (
    filing_id TEXT NOT NULL REFERENCES filings (id),
    seq BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'refused')),
    receipt TEXT,
    reason TEXT,
    effect TEXT NOT NULL,
    PRIMARY KEY (filing_id, seq)
);
