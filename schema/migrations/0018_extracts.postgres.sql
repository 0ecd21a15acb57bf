create trigger extract_no_change before update or delete or truncate on extract execute function ledger_is_append_only();
