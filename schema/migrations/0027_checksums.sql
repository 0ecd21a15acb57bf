-- Over what never changes in a row; null in rows of older programs. What is read with another one is damage.
alter table inbox add column checksum bigint;
alter table outbox add column checksum bigint;
-- Of what brought an entry about; the chain of hashes covers all else.
alter table entry add column checksum bigint;
