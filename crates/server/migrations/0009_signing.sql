-- Signing: what signers confirmed, and the signatures that came of it.
CREATE TABLE signing_intents (
    id TEXT NOT NULL PRIMARY KEY,
    contract_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    -- The intent of the domain, JSON.
    intent TEXT NOT NULL,
    -- What the signer was shown, JSON.
    summary TEXT NOT NULL,
    -- The answer of its completion, JSON; given again when the completion is asked for again.
    result TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX signing_intents_contract ON signing_intents (contract_id);

CREATE TABLE signatures (
    id TEXT NOT NULL PRIMARY KEY,
    contract_id TEXT NOT NULL,
    -- The number of the draft that had become the text, and of the step.
    draft BIGINT NOT NULL,
    step BIGINT NOT NULL,
    party TEXT NOT NULL,
    -- seal or personal
    kind TEXT NOT NULL,
    -- The field in the PDF.
    field TEXT NOT NULL,
    seal_id TEXT NOT NULL,
    certificate_id TEXT NOT NULL,
    -- Hexadecimal.
    certificate_serial TEXT NOT NULL,
    person_id TEXT NOT NULL,
    intent_id TEXT NOT NULL,
    -- What was placed with it, JSON.
    placed TEXT NOT NULL,
    -- SM3 of the revision that holds it.
    document TEXT NOT NULL,
    signed_at BIGINT NOT NULL,
    -- The time that its timestamp gives.
    stamped_at BIGINT NOT NULL,
    -- When it was discarded, unsent.
    discarded_at BIGINT
);
CREATE INDEX signatures_contract ON signatures (contract_id, draft, step);
