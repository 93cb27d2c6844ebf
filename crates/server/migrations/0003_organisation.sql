-- Legal entities, by unified social credit code.
CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    uscc TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('purchaser', 'supplier', 'agency', 'supervisor')),
    state TEXT NOT NULL CHECK (state IN ('unverified', 'verified')),
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    verified_at BIGINT
);
CREATE INDEX organisations_state ON organisations (state, id);

-- Persons inside organisations. roles is a comma-separated list; an ended membership keeps its row.
CREATE TABLE memberships (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    person_id TEXT NOT NULL REFERENCES persons (id),
    roles TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (organisation_id, person_id)
);
CREATE INDEX memberships_person ON memberships (person_id);
