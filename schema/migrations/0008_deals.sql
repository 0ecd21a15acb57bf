-- Registered deals: a client that one partner has told of before all others is theirs for a time.
-- name_key: the key of the client's name alone, where the client is known by a domain: a claim says names.
-- protected_at: absent while a rival's registration waits for a ruling.
-- ends_on, ends_at: the first day without protection, and the instant at which it begins.
-- shared_id: the conflict whose ruling gave the client to two.
create table deal (
  id text not null primary key,
  number bigint not null unique,
  partner_id text not null references partner (id),
  client_id text not null references client (id),
  name_key text not null,
  industry text references industry (slug),
  note text,
  cause text not null unique,
  registered_at bigint not null,
  days bigint not null check (days > 0),
  protected_at bigint,
  ends_on text,
  ends_at bigint,
  extended_at bigint,
  extend_reason text,
  sale_id text references sale (id),
  won_at bigint,
  dropped_at bigint,
  drop_reason text,
  lost_at bigint,
  ended_at bigint,
  shared_id text
);
create index deal_client on deal (client_id, ends_at);
create index deal_name on deal (name_key, ends_at);
create index deal_partner on deal (partner_id, number);

-- A registration or a claim of somebody else on a protected client. deal_id follows the protection.
create table conflict (
  id text not null primary key,
  number bigint not null unique,
  deal_id text not null references deal (id),
  rival_id text not null references partner (id),
  rival_deal_id text references deal (id),
  sale_id text references sale (id),
  opened_at bigint not null,
  ruled_at bigint
);
create index conflict_deal on conflict (deal_id);
create index conflict_rival on conflict (rival_deal_id);
create index conflict_sale on conflict (sale_id);

-- Facts: never changed.
create table ruling (
  conflict_id text not null primary key references conflict (id),
  ruling text not null,
  deal_id text not null references deal (id),
  first_weight bigint not null check (first_weight > 0),
  second_weight bigint not null check (second_weight > 0),
  reason text not null,
  by_user text not null,
  at bigint not null
);
