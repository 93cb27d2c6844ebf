-- What the lists filter and sort by stands in the list itself, so that a page is one walk along an index. amount_fen of a contract is what
-- its text names; sign_by the end of the law's last day for signing (the largest number: none); reasons says why fields depart from the award
-- (JSON, by field id).
ALTER TABLE contracts ADD COLUMN amount_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contracts ADD COLUMN sign_by BIGINT NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE contracts ADD COLUMN reasons TEXT NOT NULL DEFAULT '{}';
UPDATE contracts SET amount_fen = (SELECT a.amount_fen FROM awards a WHERE a.id = contracts.award_id);

-- The list 'all' holds every contract of an organisation, for the tabs of flow profiles. others are the names of the other parties in lower case.
ALTER TABLE contract_lists ADD COLUMN phase TEXT NOT NULL DEFAULT '';
ALTER TABLE contract_lists ADD COLUMN profile TEXT NOT NULL DEFAULT '';
ALTER TABLE contract_lists ADD COLUMN due_at BIGINT NOT NULL DEFAULT 9223372036854775807;
ALTER TABLE contract_lists ADD COLUMN amount_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contract_lists ADD COLUMN others TEXT NOT NULL DEFAULT '';
ALTER TABLE contract_lists ADD COLUMN search TEXT NOT NULL DEFAULT '';
INSERT INTO contract_lists (organisation_id, list, contract_id, since)
    SELECT p.organisation_id, 'all', c.id, c.started_at FROM contract_parties p JOIN contracts c ON c.id = p.contract_id;
UPDATE contract_lists SET
    phase = (SELECT c.phase FROM contracts c WHERE c.id = contract_lists.contract_id),
    profile = (SELECT c.profile FROM contracts c WHERE c.id = contract_lists.contract_id),
    amount_fen = (SELECT c.amount_fen FROM contracts c WHERE c.id = contract_lists.contract_id),
    others = (SELECT c.search FROM contracts c WHERE c.id = contract_lists.contract_id),
    search = (SELECT c.search FROM contracts c WHERE c.id = contract_lists.contract_id);

DROP INDEX contract_lists_contract;
CREATE INDEX contract_lists_contract ON contract_lists (contract_id, organisation_id);
CREATE INDEX contract_lists_due ON contract_lists (organisation_id, list, due_at, contract_id);
CREATE INDEX contract_lists_amount ON contract_lists (organisation_id, list, amount_fen, contract_id);
CREATE INDEX contract_lists_phase ON contract_lists (organisation_id, list, phase, since, contract_id);

-- When a party last urged the holder of a contract.
CREATE TABLE contract_urgings (
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    party_key TEXT NOT NULL,
    urged_at BIGINT NOT NULL,
    PRIMARY KEY (contract_id, party_key)
);
