-- What people call themselves, as a membership last said.
create table display_name (
  user_id text not null primary key,
  name text not null,
  at bigint not null
);
