-- The library: playbooks, their versions, uses and ratings.

-- Where a playbook stands follows from its times. version: the newest; shown_version: the one that
-- partners read. posted: how often it was put into its room, part of its messages' keys.
create table playbook (
  slug text not null primary key,
  saved_by text not null references partner (id),
  made_at bigint not null,
  touched_at bigint not null,
  version bigint not null,
  shown_version bigint,
  posted bigint not null default 0,
  shown_hash text,
  shown_at bigint not null default 0,
  retired_at bigint,
  retired_by text,
  retire_reason text,
  taken_down_at bigint,
  taken_down_by text,
  takedown_reason text,
  asked_at bigint
);
create index playbook_saver on playbook (saved_by);

-- Never changed after it was decided, save that a text can be erased: then its hash stays.
create table playbook_version (
  slug text not null references playbook (slug),
  version bigint not null,
  title text not null,
  summary text not null,
  body text not null,
  bytes bigint not null,
  sha256 text not null,
  industries text not null,
  tags text not null,
  fields text not null,
  saved_by text not null references partner (id),
  cause text not null,
  thread text not null,
  room_id text not null,
  saved_at bigint not null,
  published_at bigint,
  published_by text,
  rejected_at bigint,
  rejected_by text,
  reject_reason text,
  erased_at bigint,
  primary key (slug, version)
);

-- Whose words a version holds, in the order in which they first speak.
create table playbook_author (
  slug text not null,
  version bigint not null,
  n bigint not null,
  user_id text not null,
  primary key (slug, version, n),
  foreign key (slug, version) references playbook_version (slug, version)
);
create index playbook_author_user on playbook_author (user_id);

-- Our messages that hold a version's text: what must go when the text goes.
create table playbook_post (
  dedupe_key text not null,
  slug text not null,
  version bigint not null,
  kind text not null,
  room text not null,
  redacted_at bigint,
  primary key (dedupe_key, slug, version)
);
create index playbook_post_version on playbook_post (slug, version) where redacted_at is null;

create table playbook_rating (
  slug text not null references playbook (slug),
  partner_id text not null references partner (id),
  stars bigint not null check (stars between 1 and 5),
  rated_at bigint not null,
  primary key (slug, partner_id)
);

-- A template that was filled in. Uses in sales stand on the sale.
create table playbook_use (
  id text not null primary key,
  slug text not null references playbook (slug),
  partner_id text not null references partner (id),
  used_at bigint not null
);
create index playbook_use_slug on playbook_use (slug, used_at);
create index playbook_use_at on playbook_use (used_at);

create table playbook_report (
  id text not null primary key,
  slug text not null references playbook (slug),
  user_id text not null,
  reason text not null,
  reported_at bigint not null
);
create index playbook_report_slug on playbook_report (slug, user_id);

alter table sale add column playbook text;
create index sale_playbook on sale (playbook) where playbook is not null;
