create trigger rule_no_update before update on rule begin select raise(abort, 'rules are append-only'); end;
create trigger rule_no_delete before delete on rule begin select raise(abort, 'rules are append-only'); end;
create trigger commission_move_no_update before update on commission_move begin select raise(abort, 'the ledger is append-only'); end;
create trigger commission_move_no_delete before delete on commission_move begin select raise(abort, 'the ledger is append-only'); end;
