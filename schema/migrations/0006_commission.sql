-- Commission rules by version. Never changed: a later version replaces an earlier one from its day on;
-- one without a body ends the rule.
create table rule (
  n bigint not null,
  version bigint not null,
  name text not null,
  body text,
  valid_from text not null,
  made_by text not null,
  made_at bigint not null,
  cause text not null,
  primary key (n, version)
);
create index rule_name on rule (name);

-- A partner's commission on a sale: the terms as they were pinned at the approval, JSON; what it is
-- now of, how much of that nobody disputes, and whether the hold is over.
create table commission_line (
  sale_id text not null references sale (id),
  partner_id text not null references partner (id),
  rule_n bigint not null,
  rule_version bigint not null,
  terms text not null,
  currency text not null,
  month text not null,
  base_minor bigint not null,
  clear_minor bigint not null,
  pinned_at bigint not null,
  release_at bigint,
  released_at bigint,
  primary key (sale_id, partner_id)
);
create index commission_line_month on commission_line (partner_id, month, rule_n, rule_version);
create index commission_line_held on commission_line (release_at) where released_at is null;

-- What each entry of the commission book changes for a partner: the lines of statements. Facts.
create table commission_move (
  seq bigint not null primary key references entry (seq),
  at bigint not null,
  partner_id text not null references partner (id),
  sale_id text references sale (id),
  payout bigint,
  kind text not null,
  currency text not null,
  base_minor bigint not null,
  held_minor bigint not null,
  payable_minor bigint not null,
  disputed_minor bigint not null,
  reason text not null
);
create index commission_move_partner on commission_move (partner_id, at);
create index commission_move_sale on commission_move (sale_id, partner_id);

-- A part of a sale that a client disputes with their bank: open until won or lost.
create table dispute (
  id text not null primary key,
  sale_id text not null references sale (id),
  said_minor bigint not null check (said_minor > 0),
  amount_minor bigint not null check (amount_minor > 0),
  opened_by text not null,
  opened_at bigint not null,
  reason text not null,
  won_at bigint,
  lost_at bigint,
  decided_by text
);
create index dispute_sale on dispute (sale_id, opened_at);

create table payout (
  n bigint not null primary key,
  until_on text not null,
  prepared_by text not null,
  prepared_at bigint not null,
  locked_by text,
  locked_at bigint,
  paid_by text,
  paid_at bigint,
  reference text
);

-- What a payout pays to whom. The statement is what was locked, canonical JSON.
create table payout_part (
  payout bigint not null references payout (n),
  partner_id text not null references partner (id),
  currency text not null,
  minor bigint not null check (minor > 0),
  statement text,
  locked_seq bigint,
  paid_seq bigint,
  failed_seq bigint,
  failed_why text,
  primary key (payout, partner_id, currency)
);
create index payout_part_partner on payout_part (partner_id, payout);
