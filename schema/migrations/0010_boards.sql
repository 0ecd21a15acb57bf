-- How many accounts an industry has to be won, from a day on. Never changed: of one day the newest counts.
create table industry_target (
  industry text not null references industry (slug),
  from_on text not null,
  accounts bigint not null check (accounts > 0),
  set_by text not null,
  set_at bigint not null,
  primary key (industry, from_on, set_at)
);

-- How an industry stood when a period began, noted when it is first asked for; the same whenever that
-- is. targets: none were set for that day.
create table industry_start (
  industry text not null references industry (slug),
  period text not null,
  clients bigint not null,
  targets bigint,
  noted_at bigint not null,
  primary key (industry, period)
);

create index partner_approved on partner (approved_at);
create index sale_effective on sale (effective_on) where approved_at is not null;
