-- The last event of a chain is its head: its place is unique, and found by the index of that. Programs older than this can no longer append
-- and say so; stop them before.
DROP TABLE event_heads;
