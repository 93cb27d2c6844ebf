-- The sample people of a demonstration (JSON), with what is needed to log in as them; empty in production.
CREATE TABLE sandbox_people (
    position BIGINT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL
);
