-- Audit events, one hash chain per thing (crates/server/src/db/events.rs).
CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    aggregate_kind TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    person_id TEXT,
    organisation_id TEXT,
    agent TEXT,
    ip TEXT,
    user_agent TEXT,
    request_id TEXT,
    data TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (aggregate_kind, aggregate_id, seq)
);
CREATE TABLE event_heads (
    aggregate_kind TEXT NOT NULL,
    aggregate_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (aggregate_kind, aggregate_id)
);

-- Background jobs (crates/server/src/jobs). lease_token grows with every claim: who holds an older one has lost the job.
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    dedupe_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'dead')),
    attempts BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    lease_token BIGINT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (kind, dedupe_key)
);
CREATE INDEX outbox_due ON outbox (run_at) WHERE state IN ('ready', 'leased');
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';
