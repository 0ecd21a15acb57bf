-- Alarms that the team was told of: a restart tells none a second time, and tells when one is over.
create table alarm (
  kind text not null,
  raised_at bigint not null,
  over_at bigint,
  primary key (kind, raised_at)
);

-- Restores of a backup. Until the rooms are caught up with, what they already hold is looked for before
-- anything is sent.
create table restore (
  n bigint not null primary key,
  -- When the backup was made: what came after it stands only in the rooms.
  backup_at bigint not null,
  restored_at bigint not null,
  caught_up_at bigint
);

-- Backups that were made of this database.
create table backup (
  made_at bigint not null primary key,
  bytes bigint not null,
  sha256 text not null
);
