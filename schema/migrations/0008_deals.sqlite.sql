create trigger ruling_no_update before update on ruling begin select raise(abort, 'rulings are append-only'); end;
create trigger ruling_no_delete before delete on ruling begin select raise(abort, 'rulings are append-only'); end;
create trigger ruling_no_replace before insert on ruling when exists (select 1 from ruling r where r.conflict_id = new.conflict_id) begin select raise(abort, 'rulings are append-only'); end;
