-- Rooms that were replaced by a newer one of the same key, in order of n. last_row: the last row of
-- the outbox that was meant for this room; what follows is meant for the next one.
create table former_room (
  room_id text not null primary key,
  key text not null,
  n bigint not null,
  version text not null,
  last_row bigint not null,
  replaced_at bigint not null,
  closed_at bigint,
  unique (key, n)
);

-- Rooms that are being replaced; each time says how far it has come. n: which former room the old one
-- becomes. copied_at: since when state that changes must be sent to the new room again.
create table room_upgrade (
  id text not null primary key,
  key text not null,
  n bigint not null,
  version text not null,
  asked_by text not null,
  asked_at bigint not null,
  old_room text not null,
  new_room text,
  made_version text,
  copied_at bigint,
  moved_at bigint,
  asked_over_at bigint,
  people bigint not null default 0,
  closed_at bigint,
  failed_at bigint,
  failed_why text
);
create unique index room_upgrade_open on room_upgrade (key) where closed_at is null and failed_at is null;

-- A message of ours that was said again where its room went on; by_key: the newest such message.
create table carried (
  dedupe_key text not null primary key,
  by_key text not null unique
);

-- Whose servers may take part in our rooms, each time it was said: `open` or `members`.
create table room_access (
  n {number} not null primary key,
  access text not null,
  by_user text not null,
  at bigint not null,
  cause text not null
);

-- The servers that links to the room name, JSON, and since when; the servers that the room lets in, as
-- last put into it.
alter table room add column via text;
alter table room add column via_at bigint;
alter table room add column acl text;
