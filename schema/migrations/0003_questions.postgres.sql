create function help_is_append_only() returns trigger language plpgsql as $$
begin raise exception 'help facts are append-only'; end $$;
create trigger help_fact_no_change before update or delete or truncate on help_fact execute function help_is_append_only();
