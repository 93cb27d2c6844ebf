-- What persons are told, each for the organisation he is told for (or 'operator'). cause names the turn it was made for, so that telling twice is
-- telling once; the text is made from kind and facts (JSON) when it is read.
CREATE TABLE notifications (
    id TEXT NOT NULL PRIMARY KEY,
    cause TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES persons (id),
    audience TEXT NOT NULL,
    kind TEXT NOT NULL,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    facts TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    UNIQUE (cause, audience, person_id)
);
CREATE INDEX notifications_person ON notifications (person_id, audience, id);
CREATE INDEX notifications_unread ON notifications (person_id, audience) WHERE read_at IS NULL;
