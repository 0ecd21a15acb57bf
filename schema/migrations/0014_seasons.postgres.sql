create trigger season_no_change before update or delete or truncate on season execute function ledger_is_append_only();
create trigger final_standing_no_change before update or delete or truncate on final_standing execute function ledger_is_append_only();
create trigger reward_earned_no_change before update or delete or truncate on reward_earned execute function ledger_is_append_only();
create trigger reward_fulfilled_no_change before update or delete or truncate on reward_fulfilled execute function ledger_is_append_only();
