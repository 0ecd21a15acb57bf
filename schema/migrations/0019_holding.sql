-- People whom an invitation does not reach, one row a person. kind: what keeps it from them; since_at: since
-- when; told_at: when the team was told. The row goes when an invitation has arrived or the person is in.
create table unreached (
  user_id text not null primary key,
  kind text not null,
  since_at bigint not null,
  told_at bigint
);

-- Looks at other homeservers that were asked for. place: where the answer goes, JSON; hook and subject: the
-- job that is told instead, and what of. result: JSON, with done_at.
create table server_check (
  id text not null primary key,
  server text not null,
  asked_by text not null,
  place text not null,
  hook text,
  subject text,
  asked_at bigint not null,
  done_at bigint,
  result text
);
create index server_check_open on server_check (asked_at) where done_at is null;
create index server_check_server on server_check (server, done_at);

-- owed_to, owed_at: down to which time a walk through the room is owed, and from when on, because something was said there that came
-- late: what else was said in that time may never be pushed.
alter table gap add column owed_to bigint;
alter table gap add column owed_at bigint;
