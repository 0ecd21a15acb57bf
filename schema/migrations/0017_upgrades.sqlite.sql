create trigger room_access_no_update before update on room_access begin select raise(abort, 'who may take part is append-only'); end;
create trigger room_access_no_delete before delete on room_access begin select raise(abort, 'who may take part is append-only'); end;
create trigger room_access_no_replace before insert on room_access when exists (select 1 from room_access a where a.n = new.n) begin select raise(abort, 'who may take part is append-only'); end;
