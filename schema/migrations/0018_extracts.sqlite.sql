create trigger extract_no_update before update on extract begin select raise(abort, 'extracts are append-only'); end;
create trigger extract_no_delete before delete on extract begin select raise(abort, 'extracts are append-only'); end;
create trigger extract_no_replace before insert on extract when exists (select 1 from extract r where r.n = new.n) begin select raise(abort, 'extracts are append-only'); end;
