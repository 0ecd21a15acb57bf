-- Organizations' totals as the ledger and the memberships make them: a cache that a replay must equal.
create table organization_standing (
  board text not null,
  organization text not null references organization (slug),
  score bigint not null,
  primary key (board, organization)
);
create index organization_standing_of on organization_standing (organization);

-- The last ledger entry that the totals hold; the one row has the id 1.
create table organization_mark (
  id bigint not null primary key check (id = 1),
  seq bigint not null
);

-- Organizations whose totals must be counted anew: somebody shows themselves otherwise, or has moved.
create table organization_stale (
  organization text not null primary key references organization (slug),
  at bigint not null
);

-- Ranks at the last turn of the day: what movement is measured against.
create table organization_baseline (
  board text not null,
  organization text not null,
  rank bigint not null,
  primary key (board, organization)
);

-- A goal of one organization, or a side of a challenge between them.
alter table goal_side add column organization text references organization (slug);
