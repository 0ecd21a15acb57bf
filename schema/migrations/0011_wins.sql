-- What is celebrated in the wins room. Facts: never changed. Their words stand apart, as words of people
-- must be able to go.
create table celebration (
  key text not null primary key,
  n bigint not null unique,
  at bigint not null,
  cause text not null
);

-- What is no longer so. Facts: never changed.
create table celebration_end (
  key text not null primary key references celebration (key),
  at bigint not null,
  cause text not null
);

-- A message that carries celebrations. Facts: never changed.
create table celebration_post (
  n bigint not null primary key,
  at bigint not null
);

-- sale: how a sale is shown, JSON. post: the message that carries it; absent while it waits. place: its
-- line there, from 0; absent where the message only counts it.
create table celebration_line (
  key text not null primary key references celebration (key),
  n bigint not null,
  plain text not null,
  html text not null,
  sale text,
  post bigint references celebration_post (n),
  place bigint
);
create index celebration_line_waiting on celebration_line (n) where post is null;
create index celebration_line_post on celebration_line (post, place);

-- How the wins room shows a partner's amounts.
create table win_setting (
  partner_id text not null primary key references partner (id),
  amounts text not null,
  set_at bigint not null
);

-- A story told in the wins room. text: gone once it is taken back or erased.
create table win (
  id text not null primary key,
  partner_id text not null references partner (id),
  sale_id text references sale (id),
  text text,
  cause text not null unique,
  told_at bigint not null,
  edited_at bigint,
  taken_at bigint,
  erased_at bigint
);
create index win_partner on win (partner_id, told_at);
create index win_sale on win (sale_id);

-- A case study. step: what its author is asked. shown_at: names the newest preview. round: how often it
-- went to the reviewers.
create table story (
  id text not null primary key,
  number bigint not null unique,
  partner_id text not null references partner (id),
  sale_id text not null references sale (id),
  step text not null,
  round bigint not null default 0,
  started_at bigint not null,
  touched_at bigint not null,
  shown_at bigint,
  submitted_at bigint,
  published_at bigint,
  rejected_at bigint,
  reject_reason text,
  closed_at bigint,
  retired_at bigint,
  erased_at bigint
);
create index story_partner on story (partner_id, number);
create index story_sale on story (sale_id);

create table story_part (
  story_id text not null references story (id),
  part text not null,
  text text not null,
  at bigint not null,
  primary key (story_id, part)
);

-- Who agreed to a case study, in the order in which it was said. Facts: never changed.
create table story_consent (
  story_id text not null references story (id),
  n bigint not null,
  side text not null,
  said text not null,
  by_user text not null,
  at bigint not null,
  cause text not null,
  primary key (story_id, n)
);

-- What was decided on a case study. Facts: never changed.
create table story_decision (
  story_id text not null references story (id),
  n bigint not null,
  decision text not null,
  by_user text not null,
  reason text not null,
  at bigint not null,
  primary key (story_id, n)
);

-- Our messages that hold the words of a story or a case study (`subject`: `win:` or `story:` and its id).
create table win_post (
  dedupe_key text not null primary key,
  subject text not null,
  room text not null,
  redacted_at bigint,
  erased_at bigint
);
create index win_post_subject on win_post (subject);
create index win_post_erased on win_post (erased_at) where erased_at is not null;
