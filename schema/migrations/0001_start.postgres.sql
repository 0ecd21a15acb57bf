create function ledger_is_append_only() returns trigger language plpgsql as $$
begin raise exception 'the ledger is append-only'; end $$;
create trigger entry_no_change before update or delete or truncate on entry execute function ledger_is_append_only();
create trigger posting_no_change before update or delete or truncate on posting execute function ledger_is_append_only();
