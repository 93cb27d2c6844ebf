-- The few awards from which a contract can be begun, and the rights to seals of one person.
CREATE INDEX awards_open ON awards (id) WHERE state = 'open';
CREATE INDEX seal_grants_person ON seal_grants (person_id) WHERE ended_at IS NULL;
