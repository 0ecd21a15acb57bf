-- One text for SQLite and PostgreSQL. {bytes} becomes blob or bytea; {number}, a key of rows in order,
-- integer (SQLite's own row number, which needs no index beside the table) or bigint.
-- Times are epoch milliseconds (…_at), days ISO text (…_on), money minor units (…_minor).
-- A state is a nullable time. Structure is JSON text that SQL never looks into.

create table install (
  id text not null primary key,
  made_at bigint not null
);

create table setting (
  key text not null primary key,
  value text not null
);

create table counter (
  name text not null primary key,
  value bigint not null
);

-- What came in. The row exists before the homeserver gets its 200.
create table inbox (
  seq {number} not null primary key,
  event_id text not null unique,
  room_id text not null,
  sender text not null,
  raw {bytes},
  source text not null,
  received_at bigint not null,
  attempts bigint not null default 0,
  next_at bigint not null default 0,
  done_at bigint,
  outcome text
);
create index inbox_open on inbox (seq) where done_at is null;
create index inbox_poison on inbox (seq) where outcome = 'poison';

-- What is owed to a room, in order of id per lane. room is a room id, or a key of `room`, or `direct:@user`.
create table outbox (
  id {number} not null primary key,
  txn_id text not null,
  dedupe_key text not null unique,
  room text not null,
  kind text not null,
  event_type text not null,
  subject text,
  content text not null,
  cause text not null,
  made_at bigint not null,
  attempts bigint not null default 0,
  next_at bigint not null default 0,
  unknown_at bigint,
  sent_at bigint,
  event_id text,
  confirmed_at bigint,
  parked_at bigint,
  parked_why text
);
create index outbox_open on outbox (id) where sent_at is null and parked_at is null;
create index outbox_event on outbox (event_id) where event_id is not null;
create index outbox_parked on outbox (id) where parked_at is not null;

-- What a room's state should say; only the newest content of a key goes out.
create table state (
  room text not null,
  event_type text not null,
  state_key text not null,
  content text not null,
  hash text not null,
  wanted_at bigint not null,
  sent_hash text,
  sent_at bigint,
  due_at bigint not null,
  attempts bigint not null default 0,
  parked_why text,
  primary key (room, event_type, state_key)
);
create index state_due on state (due_at) where sent_hash is null or sent_hash <> hash;

create table job (
  key text not null primary key,
  kind text not null,
  payload text not null,
  run_at bigint not null,
  attempts bigint not null default 0
);
create index job_due on job (run_at);

-- A step that waits for the same person's yes.
create table confirmation (
  id text not null primary key,
  user_id text not null,
  room_id text not null,
  line text not null,
  cause text not null,
  prompt_key text not null,
  asked_at bigint not null,
  expires_at bigint not null,
  used_at bigint
);
create index confirmation_open on confirmation (user_id, room_id) where used_at is null;

create table audit (
  seq {number} not null primary key,
  at bigint not null,
  actor text not null,
  action text not null,
  object text not null,
  cause text not null,
  detail text not null
);

-- Rooms that the program makes and keeps; a row exists once the room does. drift_at: since when it
-- is to be looked at. findings: what could not be mended, JSON.
create table room (
  key text not null primary key,
  room_id text not null unique,
  version text not null,
  made_at bigint not null,
  checked_at bigint,
  drift_at bigint,
  findings text not null default '[]'
);

-- Every chat of two that the bot is in, or (no joined_at) is asked into.
create table chat (
  room_id text not null primary key,
  user_id text not null,
  noted_at bigint not null,
  joined_at bigint,
  encrypted_at bigint,
  away_at bigint,
  crowded_at bigint
);
create index chat_user on chat (user_id);

-- The one chat in which a person is written to.
create table direct (
  user_id text not null primary key,
  room_id text unique,
  wanted_at bigint not null,
  opened_at bigint
);

-- Our own view of who is where. ts is the time that the event gave itself, at ours.
create table member (
  room_id text not null,
  user_id text not null,
  membership text not null,
  ts bigint not null,
  at bigint not null,
  primary key (room_id, user_id)
);
create index member_user on member (user_id);

-- What people call themselves, as a membership last said.
create table display_name (
  user_id text not null primary key,
  name text not null,
  at bigint not null
);

-- When the last whole walk through a room's history began.
create table gap (
  room_id text not null primary key,
  walked_at bigint not null
);

create table partner (
  id text not null primary key,
  user_id text not null unique,
  name text not null,
  organization text,
  application text,
  visibility text not null,
  timezone text,
  industries text not null,
  applied_at bigint not null,
  approved_at bigint,
  approved_by text,
  rejected_at bigint,
  suspended_at bigint,
  left_at bigint,
  reason text
);

create table role_grant (
  user_id text not null,
  role text not null,
  granted_at bigint not null,
  granted_by text not null,
  revoked_at bigint,
  revoked_by text,
  primary key (user_id, role, granted_at)
);
create index role_open on role_grant (user_id) where revoked_at is null;

create table industry (
  slug text not null primary key,
  name text not null,
  made_at bigint not null,
  closed_at bigint
);

create table client (
  id text not null primary key,
  key text not null unique,
  skeleton text not null,
  name text not null,
  made_at bigint not null
);
create index client_skeleton on client (skeleton);

create table sale (
  id text not null primary key,
  number bigint not null unique,
  partner_id text not null references partner (id),
  client_id text not null references client (id),
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  industry text references industry (slug),
  effective_on text not null,
  note text,
  public bigint not null default 0,
  flags text not null,
  cause text not null unique,
  room_id text not null,
  line text not null,
  claimed_at bigint not null,
  approved_at bigint,
  approved_by text,
  rejected_at bigint,
  rejected_by text,
  reject_reason text,
  withdrawn_at bigint,
  voided_at bigint,
  voided_by text,
  void_reason text
);
create index sale_partner on sale (partner_id, number);
create index sale_client on sale (client_id, claimed_at);
create index sale_open on sale (number) where approved_at is null and rejected_at is null and withdrawn_at is null;

-- A partner's part of a sale, in the sale's currency; the parts add up to the amount.
create table share (
  sale_id text not null references sale (id),
  partner_id text not null references partner (id),
  weight bigint not null check (weight > 0),
  amount_minor bigint not null,
  primary key (sale_id, partner_id)
);
create index share_partner on share (partner_id);

create table approval (
  sale_id text not null references sale (id),
  user_id text not null,
  at bigint not null,
  primary key (sale_id, user_id)
);

-- The ledger: append-only, hash-chained, balanced. Boards are functions of it.
create table entry (
  seq {number} not null primary key,
  book text not null,
  source text not null,
  source_id text not null,
  cause text not null,
  body text not null,
  prev_hash text not null,
  hash text not null unique,
  posted_at bigint not null,
  unique (source, source_id)
);

create table posting (
  seq bigint not null references entry (seq),
  n bigint not null,
  account text not null,
  minor bigint not null,
  currency text not null,
  primary key (seq, n)
);
create index posting_account on posting (account, seq);

-- Scores as the ledger makes them: a cache that a replay must equal.
create table standing (
  board text not null,
  partner_id text not null,
  score bigint not null,
  reached_at bigint not null,
  primary key (board, partner_id)
);

-- Ranks at the last turn of the day (or at the close of the board before): what movement is measured against.
create table baseline (
  board text not null,
  partner_id text not null,
  rank bigint not null,
  primary key (board, partner_id)
);

-- The one pinned message of a board in a room, edited in place.
create table pin (
  room text not null,
  slot text not null,
  dedupe_key text not null,
  hash text not null,
  shown_at bigint not null,
  edits bigint not null default 0,
  primary key (room, slot)
);
