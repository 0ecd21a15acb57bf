-- Sales that were brought in from elsewhere, a batch a file. One that was reversed keeps its rows.
create table import_batch (
  number bigint not null primary key,
  file text not null,
  made_at bigint not null,
  reversed_at bigint,
  reverse_reason text
);

-- content: what the row said, for comparing when its external id comes again.
create table import_row (
  batch bigint not null references import_batch (number),
  line bigint not null,
  external_id text not null,
  content text not null,
  sale_id text not null unique references sale (id),
  primary key (batch, line)
);
create index import_row_external on import_row (external_id);
