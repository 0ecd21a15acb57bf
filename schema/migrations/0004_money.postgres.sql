create trigger adjustment_no_change before update or delete or truncate on adjustment execute function ledger_is_append_only();
create trigger adjustment_share_no_change before update or delete or truncate on adjustment_share execute function ledger_is_append_only();
create trigger rate_no_change before update or delete or truncate on rate execute function ledger_is_append_only();
