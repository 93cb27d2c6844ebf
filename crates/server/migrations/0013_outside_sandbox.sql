-- What the sandbox's supervising system and medium know; empty in production.

-- The machine client under which they and this server know each other: one row, named 'sandbox'.
CREATE TABLE sandbox_clients (
    name TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id)
);

-- How the supervising system behaves, by the beginning of the project's number; the longest that fits counts, '' fits all.
CREATE TABLE sandbox_behaviours (
    project_prefix TEXT NOT NULL PRIMARY KEY,
    behaviour TEXT NOT NULL,
    delay_seconds BIGINT NOT NULL,
    reason TEXT NOT NULL
);

-- What was handed in, by its idempotency key: the supervising system's filings and the medium's notices.
CREATE TABLE sandbox_intake (
    receiver TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    times BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    behaviour TEXT NOT NULL,
    delay_seconds BIGINT NOT NULL,
    reason TEXT NOT NULL,
    answer_to TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (receiver, idempotency_key)
);
