-- Notices of contracts: what is published (content, JSON), of which document, and what the medium gave for it. search holds in lower case what
-- the public may look for.
CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,
    contract_id TEXT NOT NULL UNIQUE REFERENCES contracts (id),
    content TEXT NOT NULL,
    document_sm3 TEXT NOT NULL,
    medium TEXT NOT NULL,
    search TEXT NOT NULL,
    prepared_at BIGINT NOT NULL,
    published_at BIGINT,
    receipt TEXT,
    address TEXT
);
CREATE INDEX notices_published ON notices (published_at, id);
