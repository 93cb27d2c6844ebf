-- Private keys: generated here, wrapped by the key-encryption key (hex). public_key is the SubjectPublicKeyInfo (hex).
CREATE TABLE keys (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('authority', 'party')),
    wrapping_version BIGINT NOT NULL,
    wrapped TEXT NOT NULL,
    public_key TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

-- The platform's own authorities: roots, CAs, timestamping, status, seal maker, platform signature. certificate is DER (hex), issuer
-- the name of the authority above (its own for a root).
CREATE TABLE authorities (
    name TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    certificate TEXT NOT NULL,
    key_id TEXT NOT NULL UNIQUE REFERENCES keys (id),
    created_at BIGINT NOT NULL,
    UNIQUE (issuer, serial)
);

-- Certificates of parties. owner is org_… or per_…; failures counts wrong passwords in a row.
CREATE TABLE certificates (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    issuer TEXT NOT NULL REFERENCES authorities (name),
    serial TEXT NOT NULL,
    certificate TEXT NOT NULL,
    key_id TEXT NOT NULL UNIQUE REFERENCES keys (id),
    password_hash TEXT NOT NULL,
    failures BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    revoked_at BIGINT,
    revocation_ground TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (issuer, serial)
);
CREATE INDEX certificates_owner ON certificates (owner, id);
CREATE INDEX certificates_revoked ON certificates (issuer, revoked_at) WHERE revoked_at IS NOT NULL;

-- Applications for certificates, decided by an operator. password_hash is emptied by the decision.
CREATE TABLE certificate_applications (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    applicant TEXT NOT NULL REFERENCES persons (id),
    password_hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'refused')),
    reason TEXT,
    certificate_id TEXT REFERENCES certificates (id),
    created_at BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE UNIQUE INDEX certificate_applications_pending ON certificate_applications (owner) WHERE state = 'pending';
CREATE INDEX certificate_applications_state ON certificate_applications (state, id);
CREATE INDEX certificate_applications_owner ON certificate_applications (owner, id);

-- Tickets for checked passwords: only the SM3 digest is kept; bound to a certificate and a subject (a signing intent), used once.
CREATE TABLE certificate_tickets (
    digest TEXT NOT NULL PRIMARY KEY,
    certificate_id TEXT NOT NULL REFERENCES certificates (id),
    subject TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
