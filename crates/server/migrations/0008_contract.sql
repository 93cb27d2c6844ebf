-- Contracts. state is the aggregate as the domain stores it (JSON with a format number); award is the award as it was when drafting began;
-- fields are the values of the draft (JSON). The other columns are projections for lists and search, written with every change of state.
CREATE TABLE contracts (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    profile TEXT NOT NULL,
    phase TEXT NOT NULL,
    award_id TEXT NOT NULL REFERENCES awards (id),
    award TEXT NOT NULL,
    template_id TEXT NOT NULL,
    fields TEXT NOT NULL,
    number TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    project_name TEXT NOT NULL,
    search TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX contracts_award ON contracts (award_id);

-- Its parties: A is the purchaser, B, C … are the suppliers.
CREATE TABLE contract_parties (
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    party_key TEXT NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (contract_id, party_key)
);
CREATE INDEX contract_parties_organisation ON contract_parties (organisation_id, contract_id);

-- In which of its lists an organisation finds a contract, and since when (microseconds UTC).
CREATE TABLE contract_lists (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    list TEXT NOT NULL,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    since BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, list, contract_id)
);
CREATE INDEX contract_lists_since ON contract_lists (organisation_id, list, since, contract_id);
CREATE INDEX contract_lists_contract ON contract_lists (contract_id);

-- The text of each draft as it was typeset when it was frozen: pages are their sizes as seen, anchors the places left for the parties (JSON, mm).
CREATE TABLE contract_texts (
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    draft BIGINT NOT NULL,
    sm3 TEXT NOT NULL,
    pages TEXT NOT NULL,
    anchors TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (contract_id, draft)
);
