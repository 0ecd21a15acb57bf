-- The manager who claimed a sale for a partner; none where partners claimed their own.
alter table sale add column claimed_by text;
