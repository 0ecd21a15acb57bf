-- Numbers of the inbox, in one order over all instances that accept.
create sequence inbox_seq;

-- Which of several instances works. A higher epoch ends what was begun under a lower one.
create table lease (
  epoch bigint not null primary key,
  holder text not null,
  -- By the database's clock.
  expires_at bigint not null,
  -- When an instance that stands by last heard one of our own events, by the same clock.
  echo_at bigint not null
);
insert into lease (epoch, holder, expires_at, echo_at) values (0, '', 0, 0);
