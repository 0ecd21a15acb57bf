create trigger terms_no_change before update or delete or truncate on terms execute function ledger_is_append_only();
create trigger terms_acceptance_no_change before update or delete or truncate on terms_acceptance execute function ledger_is_append_only();
