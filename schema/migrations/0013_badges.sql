-- Badges and tiers. All of it facts, written once: what ends has another fact that says so.

-- Badges that the team made for giving by hand; those by rule stand in the program.
create table badge_kind (
  id text not null primary key,
  name text not null,
  emoji text not null,
  made_by text not null,
  made_at bigint not null
);

-- Whether a rule gives badges: the newest row of a badge counts.
create table badge_switch (
  n {number} not null primary key,
  badge text not null,
  is_on bigint not null,
  by_user text not null,
  at bigint not null
);

-- An award, or (revokes) the end of one. seq, help_id: the ledger entry or the fact of help that caused
-- it. by_user: who did it by hand. celebrated: others were told of it.
create table badge_fact (
  n {number} not null primary key,
  partner_id text not null references partner (id),
  badge text not null,
  level bigint not null check (level > 0),
  revokes bigint references badge_fact (n),
  seq bigint references entry (seq),
  help_id text references help_fact (id),
  by_user text,
  reason text,
  celebrated bigint not null default 0,
  at bigint not null
);
create index badge_fact_partner on badge_fact (partner_id, n);

-- A tier as it is from a time on: the newest row of a slug counts. ended: it is no more.
create table tier (
  n {number} not null primary key,
  slug text not null,
  name text not null,
  bar_minor bigint not null check (bar_minor > 0),
  currency text not null,
  window_months bigint not null check (window_months > 0),
  ended bigint not null default 0,
  by_user text not null,
  at bigint not null
);

-- Where a partner stands from now on; no tier: in none. warned: below what keeps the tier, since that day.
create table tier_fact (
  n {number} not null primary key,
  partner_id text not null references partner (id),
  kind text not null,
  tier text,
  day text not null,
  seq bigint references entry (seq),
  celebrated bigint not null default 0,
  at bigint not null
);
create index tier_fact_partner on tier_fact (partner_id, n);
