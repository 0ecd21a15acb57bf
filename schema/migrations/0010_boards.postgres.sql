create trigger industry_target_no_change before update or delete or truncate on industry_target execute function ledger_is_append_only();
create trigger industry_start_no_change before update or delete or truncate on industry_start execute function ledger_is_append_only();
