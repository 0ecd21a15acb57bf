-- Questions, kudos and mentorship.

-- room: the key of the channel where its thread is. answered_by: the partner, where one answered.
create table question (
  id text not null primary key,
  number bigint not null unique,
  partner_id text not null references partner (id),
  text text not null,
  industry text references industry (slug),
  room text not null,
  cause text not null unique,
  asked_at bigint not null,
  answered_at bigint,
  answered_by text references partner (id),
  answer_user text,
  answer_event text,
  accepted_by text,
  withdrawn_at bigint,
  digest_at bigint
);
create index question_open on question (asked_at) where answered_at is null and withdrawn_at is null;
create index question_partner on question (partner_id, asked_at);

-- Who was asked to look at a question: nobody too often.
create table question_mention (
  question_id text not null references question (id),
  partner_id text not null references partner (id),
  at bigint not null,
  primary key (question_id, partner_id)
);
create index question_mention_partner on question_mention (partner_id, at);

-- message: the key of the bot's message that shows it, in `room`.
create table kudos (
  id text not null primary key,
  giver_id text not null references partner (id),
  receiver_id text not null references partner (id),
  reason text not null,
  given_on text not null,
  given_at bigint not null,
  cause text not null unique,
  room text not null,
  message text not null,
  withdrawn_at bigint
);
create index kudos_giver on kudos (giver_id, given_at);

-- Help that counts: append-only. A fact that is taken back has another that names it.
create table help_fact (
  id text not null primary key,
  kind text not null,
  helper_id text not null references partner (id),
  helped_id text not null references partner (id),
  industry text,
  at bigint not null,
  cause text not null,
  reverses text unique references help_fact (id)
);
create index help_fact_helper on help_fact (helper_id, at);
create index help_fact_cause on help_fact (cause);

create table mentor_offer (
  partner_id text not null primary key references partner (id),
  industries text not null,
  capacity bigint not null check (capacity > 0),
  offered_at bigint not null,
  ended_at bigint
);

-- A mentorship from the request on. search_id: the first request of a row of them, of which each
-- asked another mentor.
create table mentorship (
  id text not null primary key,
  search_id text not null,
  mentor_id text not null references partner (id),
  mentee_id text not null references partner (id),
  goal text,
  cause text not null,
  asked_at bigint not null,
  accepted_at bigint,
  declined_at bigint,
  lapsed_at bigint,
  ended_at bigint,
  ended_by text,
  end_note text
);
create index mentorship_mentor on mentorship (mentor_id);
create index mentorship_mentee on mentorship (mentee_id);
create index mentorship_search on mentorship (search_id);

create table mentor_session (
  id text not null primary key,
  mentorship_id text not null references mentorship (id),
  note text not null,
  logged_by text not null references partner (id),
  logged_at bigint not null,
  cause text not null unique,
  confirmed_at bigint
);
create index mentor_session_of on mentor_session (mentorship_id, logged_at);

create table mentor_feedback (
  mentorship_id text not null references mentorship (id),
  partner_id text not null references partner (id),
  score bigint not null check (score between 1 and 5),
  text text not null,
  given_at bigint not null,
  primary key (mentorship_id, partner_id)
);
