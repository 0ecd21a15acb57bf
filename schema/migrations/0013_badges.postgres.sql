create trigger badge_kind_no_change before update or delete or truncate on badge_kind execute function ledger_is_append_only();
create trigger badge_switch_no_change before update or delete or truncate on badge_switch execute function ledger_is_append_only();
create trigger badge_fact_no_change before update or delete or truncate on badge_fact execute function ledger_is_append_only();
create trigger tier_no_change before update or delete or truncate on tier execute function ledger_is_append_only();
create trigger tier_fact_no_change before update or delete or truncate on tier_fact execute function ledger_is_append_only();
