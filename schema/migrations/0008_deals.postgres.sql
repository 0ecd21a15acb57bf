create trigger ruling_no_change before update or delete or truncate on ruling execute function ledger_is_append_only();
