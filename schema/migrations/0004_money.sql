-- Shared sales: who said yes to their part, in which order the parts were named.
alter table share add column n bigint not null default 0;
alter table share add column asked_at bigint;
alter table share add column confirmed_at bigint;
alter table share add column declined_at bigint;
alter table share add column overridden_by text;

-- Parts of approved sales that were taken back. Facts: never changed.
create table adjustment (
  id text not null primary key,
  sale_id text not null references sale (id),
  kind text not null,
  amount_minor bigint not null check (amount_minor > 0),
  reason text not null,
  by_user text not null,
  at bigint not null,
  entry_seq bigint not null references entry (seq)
);
create index adjustment_sale on adjustment (sale_id, at);

-- What an adjustment took from (negative) or gave to each partner of the sale, in the program's currency.
create table adjustment_share (
  adjustment_id text not null references adjustment (id),
  sale_id text not null references sale (id),
  partner_id text not null references partner (id),
  minor bigint not null,
  primary key (adjustment_id, partner_id)
);
create index adjustment_share_sale on adjustment_share (sale_id, partner_id);

-- Reporting units for one unit of another currency, from a day on. Never changed: the newest counts.
create table rate (
  currency text not null,
  valid_from text not null,
  rate text not null,
  set_by text not null,
  set_at bigint not null,
  cause text not null,
  primary key (currency, valid_from, set_at)
);

-- Pinned at the approval of a sale in another currency; absent where it is the program's own.
alter table sale add column rate text;
alter table sale add column rate_from text;
alter table sale add column reporting_minor bigint;
alter table sale add column reporting_currency text;
alter table share add column credit_minor bigint;

-- The thread in which a question was asked, so that a yes elsewhere is no answer to it; none in a chat of two.
alter table confirmation add column thread text;
-- The thread in which a sale was claimed, where it was claimed inside one.
alter table sale add column thread text;
