create trigger room_access_no_change before update or delete or truncate on room_access execute function ledger_is_append_only();
