create trigger final_organization_no_change before update or delete or truncate on final_organization execute function ledger_is_append_only();
create trigger final_unnamed_no_change before update or delete or truncate on final_unnamed execute function ledger_is_append_only();
