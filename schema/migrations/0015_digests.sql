-- Weekly digests in the chat of two. digest_off_at: since when a partner wants none; digest_week: the last
-- week that is done for them, whether or not there was anything to say.
alter table partner add column digest_off_at bigint;
alter table partner add column digest_week text;
