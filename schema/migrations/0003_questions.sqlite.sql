create trigger help_fact_no_update before update on help_fact begin select raise(abort, 'help facts are append-only'); end;
create trigger help_fact_no_delete before delete on help_fact begin select raise(abort, 'help facts are append-only'); end;
