create trigger rule_no_change before update or delete or truncate on rule execute function ledger_is_append_only();
create trigger commission_move_no_change before update or delete or truncate on commission_move execute function ledger_is_append_only();
