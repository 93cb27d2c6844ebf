-- Accounts, one per person. resident_id is wrapped by the key-encryption key (hex); name is the verified one.
CREATE TABLE persons (
    id TEXT NOT NULL PRIMARY KEY,
    phone TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    operator BIGINT NOT NULL,
    name TEXT,
    resident_id TEXT,
    verified_at BIGINT,
    created_at BIGINT NOT NULL
);

-- Failed logins by phone number, whether or not it has an account, so that the answers do not tell.
CREATE TABLE login_failures (
    phone TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);

-- Sessions: only the SM3 digest of the token is kept.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    token_digest TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES persons (id),
    csrf_token TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_person ON sessions (person_id);

-- Picture captchas waiting for their answer, once each.
CREATE TABLE captchas (
    id TEXT NOT NULL PRIMARY KEY,
    answer TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

-- SMS codes: bound to a phone, a purpose and (for signing) a subject. code is wrapped by the key-encryption key (hex).
CREATE TABLE challenges (
    id TEXT NOT NULL PRIMARY KEY,
    phone TEXT NOT NULL,
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    code TEXT NOT NULL,
    tries BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX challenges_phone ON challenges (phone, purpose, subject, created_at);

-- What the sandbox shows instead of sending: recipient is a phone number, or the id of a captcha.
CREATE TABLE sandbox_messages (
    id TEXT NOT NULL PRIMARY KEY,
    recipient TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX sandbox_messages_recipient ON sandbox_messages (recipient, id);

-- Claims to a real name, decided by an operator. resident_id is wrapped as in persons.
CREATE TABLE real_name_claims (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES persons (id),
    name TEXT NOT NULL,
    resident_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'accepted', 'refused')),
    reason TEXT,
    created_at BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE UNIQUE INDEX real_name_claims_pending ON real_name_claims (person_id) WHERE state = 'pending';
CREATE INDEX real_name_claims_state ON real_name_claims (state, id);
