-- Periods that were closed. Facts, as is the final result of each.
-- hash: SHA-256 of the final result's text; ledger_seq, ledger_hash: the ledger's head at the close.
create table season (
  period text not null primary key,
  kind text not null,
  from_at bigint not null,
  to_at bigint not null,
  timezone text not null,
  zones text not null,
  boards bigint not null,
  ledger_seq bigint not null,
  ledger_hash text not null,
  hash text not null,
  closed_by text not null,
  closed_at bigint not null,
  cause text not null
);
create index season_kind on season (kind, to_at);

-- industry: empty for the program's board. rank: absent for who is not ranked for others.
create table final_standing (
  period text not null references season (period),
  metric text not null,
  industry text not null,
  partner_id text not null references partner (id),
  place bigint not null,
  rank bigint,
  score bigint not null,
  reached_at bigint not null,
  primary key (period, metric, industry, partner_id)
);
create index final_standing_place on final_standing (period, metric, industry, place);

-- What can be won at the close of a period. prizes: minor units by rank, JSON; points: for each rank.
create table reward (
  n bigint not null primary key,
  title text not null,
  title_key text not null,
  metric text not null,
  kind text not null,
  industry text references industry (slug),
  rank_from bigint not null check (rank_from > 0),
  rank_to bigint not null,
  value text,
  prizes text not null,
  currency text not null,
  points bigint,
  from_on text not null,
  made_by text not null,
  made_at bigint not null,
  cause text not null,
  ended_by text,
  ended_at bigint
);

-- Who has won what. Facts. minor: money paid outside; points: those of entry_seq.
create table reward_earned (
  n bigint not null primary key,
  reward bigint not null references reward (n),
  period text not null references season (period),
  partner_id text not null references partner (id),
  rank bigint not null,
  minor bigint,
  points bigint,
  entry_seq bigint references entry (seq),
  earned_at bigint not null
);
create index reward_earned_partner on reward_earned (partner_id, n);
create index reward_earned_period on reward_earned (period, n);

-- That it was handed over. Facts.
create table reward_fulfilled (
  n bigint not null primary key references reward_earned (n),
  note text not null,
  by_user text not null,
  at bigint not null
);
