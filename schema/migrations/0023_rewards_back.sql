-- That a reward was taken back, and why. Facts. entry_seq: the entry that took its points.
create table reward_revoked (
  n bigint not null primary key references reward_earned (n),
  reason text not null,
  entry_seq bigint references entry (seq),
  by_user text not null,
  at bigint not null,
  cause text not null
);
