create trigger reward_revoked_no_change before update or delete or truncate on reward_revoked execute function ledger_is_append_only();
