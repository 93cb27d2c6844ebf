-- What trading and mall systems pushed. body is the checked award (JSON); award_key tells whether two pushes of one client
-- speak of the same award. An award is open until a contract is begun from it (drafting), or its pusher cancels it.
CREATE TABLE awards (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    award_key TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'drafting', 'cancelled')),
    version BIGINT NOT NULL,
    profile TEXT NOT NULL,
    category TEXT NOT NULL,
    project_code TEXT NOT NULL,
    project_name TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    body TEXT NOT NULL,
    body_sm3 TEXT NOT NULL,
    contract_id TEXT,
    cancel_reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX awards_key ON awards (client_id, award_key, state);

-- Each order or lot belongs to at most one living award of a client; a cancelled award gives its rows back.
CREATE TABLE award_subjects (
    client_id TEXT NOT NULL REFERENCES clients (id),
    subject TEXT NOT NULL,
    award_id TEXT NOT NULL REFERENCES awards (id),
    PRIMARY KEY (client_id, subject)
);
CREATE INDEX award_subjects_award ON award_subjects (award_id);

-- The parties: A is the purchaser, B, C … are the suppliers.
CREATE TABLE award_parties (
    award_id TEXT NOT NULL REFERENCES awards (id),
    party_key TEXT NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (award_id, party_key)
);
CREATE INDEX award_parties_organisation ON award_parties (organisation_id, award_id);

-- Every push that changed something or was refused, for the operator. file_sm3 names the body as it came.
CREATE TABLE pushes (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    received_at BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('created', 'corrected', 'refused', 'conflict')),
    award_id TEXT REFERENCES awards (id),
    file_sm3 TEXT NOT NULL,
    faults TEXT NOT NULL
);
CREATE INDEX pushes_outcome ON pushes (outcome, id);
