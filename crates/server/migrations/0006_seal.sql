-- Electronic seals. owner is org_… or per_…; owner_name is the verified name that was drawn (for a legal representative's seal the
-- person's); structure is the SM3 digest under which the signed seal (GB/T 38540, DER) lies in the document store.
CREATE TABLE seals (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    seal_type TEXT NOT NULL,
    name TEXT NOT NULL,
    drawn_name TEXT NOT NULL,
    code TEXT,
    structure TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('usable', 'suspended', 'cancelled')),
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX seals_one_of_a_type ON seals (owner, seal_type) WHERE state <> 'cancelled';
CREATE INDEX seals_owner ON seals (owner, id);
CREATE INDEX seals_certificate ON seals (certificate_id);

-- Who beside the seal keepers may use an organisation's seal; on one contract only, or on all.
CREATE TABLE seal_grants (
    id TEXT NOT NULL PRIMARY KEY,
    seal_id TEXT NOT NULL REFERENCES seals (id),
    person_id TEXT NOT NULL REFERENCES persons (id),
    contract_id TEXT,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX seal_grants_seal ON seal_grants (seal_id) WHERE ended_at IS NULL;
