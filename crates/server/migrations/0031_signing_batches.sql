-- Several contracts signed together: one set of proofs for an intent each.
CREATE TABLE signing_batches (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    -- The batch of the domain, JSON.
    batch TEXT NOT NULL,
    version BIGINT NOT NULL
);
-- The batch that an intent is signed with.
ALTER TABLE signing_intents ADD COLUMN batch_id TEXT;
CREATE INDEX signing_intents_batch ON signing_intents (batch_id);
-- What a code is for, in the words of the message; none where the purpose says it.
ALTER TABLE challenges ADD COLUMN about TEXT;
