-- Partners' firms. members_max: how many people and open invitations it may have.
create table organization (
  slug text not null primary key,
  name text not null,
  members_max bigint not null,
  made_at bigint not null,
  made_by text not null,
  suspended_at bigint,
  removed_at bigint,
  reason text
);

-- The homeservers whose people may join without the program's team.
create table organization_server (
  organization text not null references organization (slug),
  server text not null,
  added_at bigint not null,
  added_by text not null,
  removed_at bigint,
  primary key (organization, server, added_at)
);
create unique index organization_server_open on organization_server (organization, server) where removed_at is null;

-- Who belongs to which firm, when. from_on: the first day; to_on: the day after the last, none while it
-- lasts; both of the program's calendar. admitted: they came into the program by the firm's invitation.
-- suspended_at: suspended together with the firm.
create table membership (
  id text not null primary key,
  organization text not null references organization (slug),
  partner_id text not null references partner (id),
  role text not null,
  from_on text not null,
  to_on text,
  admitted bigint not null,
  joined_at bigint not null,
  joined_by text not null,
  left_at bigint,
  left_by text,
  suspended_at bigint
);
create unique index membership_open on membership (partner_id) where left_at is null;
create index membership_organization on membership (organization, joined_at);

-- A person asked in by their firm's lead or by a manager. accepted_event: the event by which they said yes.
-- ended: declined, withdrawn or lapsed.
create table invitation (
  id text not null primary key,
  organization text not null references organization (slug),
  user_id text not null,
  role text not null,
  invited_at bigint not null,
  invited_by text not null,
  accepted_at bigint,
  accepted_event text,
  ended_at bigint,
  ended text
);
create unique index invitation_open on invitation (user_id) where accepted_at is null and ended_at is null;
create index invitation_organization on invitation (organization, invited_at);

-- Firms that were only a short name on their partners; since when was not kept.
insert into organization (slug, name, members_max, made_at, made_by)
  select distinct organization, organization, 50, applied_at, '' from partner
  where organization is not null and applied_at = (
    select min(other.applied_at) from partner other where other.organization = partner.organization);
insert into membership (id, organization, partner_id, role, from_on, admitted, joined_at, joined_by)
  select id, organization, id, 'member', '1970-01-01', 0, applied_at, '' from partner
  where organization is not null and left_at is null;
update partner set organization = null where left_at is not null;
