-- How many boards of organizations a final result has; absent where it was frozen before they were.
alter table season add column organization_boards bigint;

-- Final results of organizations. Facts. industry: empty for the program's board. rank: absent for one that
-- stood on no board, suspended or gone.
create table final_organization (
  period text not null references season (period),
  metric text not null,
  industry text not null,
  organization text not null references organization (slug),
  place bigint not null,
  rank bigint,
  score bigint not null,
  primary key (period, metric, industry, organization)
);
create index final_organization_place on final_organization (period, metric, industry, place);

-- Members of any organization who counted for none in a final result: they did not stand with their name.
-- Facts.
create table final_unnamed (
  period text not null references season (period),
  partner_id text not null references partner (id),
  primary key (period, partner_id)
);
