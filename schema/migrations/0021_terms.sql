-- The terms that partners accept. Facts; what changes is a new version. sha256: of the text's UTF-8 bytes.
create table terms (
  version bigint not null primary key,
  text text not null,
  sha256 text not null,
  published_at bigint not null,
  published_by text not null
);

-- From the day after it, claims of who has not accepted the newest version wait; no row: they never do.
create table terms_due (
  version bigint not null primary key references terms (version),
  required_on text not null,
  set_by text not null,
  set_at bigint not null
);

-- What a manager was asked about before it is published.
create table terms_draft (
  user_id text not null primary key,
  text text not null,
  sha256 text not null,
  required_on text,
  made_at bigint not null
);

-- Who has accepted which version. Facts. organization: theirs then. event_id: the reaction or message by
-- which they said so; asked_key, asked_event: the message of ours that it was put on, by its key and by its
-- id as far as it was known.
create table terms_acceptance (
  version bigint not null references terms (version),
  user_id text not null,
  organization text,
  sha256 text not null,
  event_id text not null,
  asked_key text not null,
  asked_event text,
  accepted_at bigint not null,
  primary key (version, user_id)
);
create index terms_acceptance_user on terms_acceptance (user_id, version);

-- The messages of ours that ask a partner about a version.
create table terms_question (
  key text not null primary key,
  user_id text not null,
  room text not null,
  version bigint not null references terms (version),
  asked_at bigint not null,
  declined_at bigint
);
create index terms_question_user on terms_question (user_id, asked_at);

-- The messages of ours that put an invitation before its person; terms: the version that they show.
create table invitation_question (
  key text not null primary key,
  invitation_id text not null references invitation (id),
  terms bigint references terms (version),
  asked_at bigint not null
);
create index invitation_question_invitation on invitation_question (invitation_id, asked_at);

-- What a person who came into an organization is asked, step by step, in their chat with the bot.
-- choices: the slugs shown, in the order of their numbers; asked_key: the newest question.
-- ended: done, cancelled, lapsed or replaced.
create table onboarding (
  id text not null primary key,
  user_id text not null,
  organization text not null references organization (slug),
  step text not null,
  choices text not null,
  asked_key text not null,
  started_at bigint not null,
  touched_at bigint not null,
  ended_at bigint,
  ended text
);
create unique index onboarding_open on onboarding (user_id) where ended_at is null;

-- Homeservers that a lead names for their organization; a manager decides. decision: declared, declined or
-- replaced.
create table server_proposal (
  id text not null primary key,
  organization text not null references organization (slug),
  servers text not null,
  proposed_by text not null,
  proposed_at bigint not null,
  decision text,
  decided_by text,
  decided_at bigint
);
create unique index server_proposal_open on server_proposal (organization) where decided_at is null;
