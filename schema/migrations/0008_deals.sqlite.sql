create trigger ruling_no_update before update on ruling begin select raise(abort, 'rulings are append-only'); end;
create trigger ruling_no_delete before delete on ruling begin select raise(abort, 'rulings are append-only'); end;
