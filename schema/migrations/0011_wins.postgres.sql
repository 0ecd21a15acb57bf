create trigger celebration_no_change before update or delete or truncate on celebration execute function ledger_is_append_only();
create trigger celebration_end_no_change before update or delete or truncate on celebration_end execute function ledger_is_append_only();
create trigger celebration_post_no_change before update or delete or truncate on celebration_post execute function ledger_is_append_only();
create trigger story_consent_no_change before update or delete or truncate on story_consent execute function ledger_is_append_only();
create trigger story_decision_no_change before update or delete or truncate on story_decision execute function ledger_is_append_only();
