-- What all pull at together. number: taken over by a later goal once there are many; replaced_at says when.
-- target: minor units or a count; in a challenge, what each side wants; absent where only the comparison counts.
-- closed_seq: the last ledger entry that counted.
create table goal (
  id text not null primary key,
  number bigint not null,
  title text not null,
  metric text not null,
  target bigint,
  from_on text not null,
  to_on text not null,
  made_by text not null,
  made_at bigint not null,
  reached_at bigint,
  missed_at bigint,
  ended_at bigint,
  ended_by text,
  end_reason text,
  closed_seq bigint,
  replaced_at bigint
);
create unique index goal_number on goal (number) where replaced_at is null;

-- One side; a challenge has several. industry: absent for the whole program. milestone: the highest that
-- was celebrated, in percent; it never falls.
create table goal_side (
  goal_id text not null references goal (id),
  place bigint not null,
  industry text,
  progress bigint not null,
  milestone bigint not null,
  primary key (goal_id, place)
);

-- Quick copies of the ledger: what each partner has given, and whose net credit a client is.
create table goal_part (
  goal_id text not null references goal (id),
  place bigint not null,
  partner_id text not null references partner (id),
  score bigint not null,
  primary key (goal_id, place, partner_id)
);
create table goal_client (
  goal_id text not null references goal (id),
  place bigint not null,
  client_id text not null references client (id),
  partner_id text not null references partner (id),
  minor bigint not null,
  primary key (goal_id, place, client_id, partner_id)
);
