-- Lists are sorted by the clock that runs in the contract's state; a column for the signing deadline alone is not needed any more.
ALTER TABLE contracts DROP COLUMN sign_by;
