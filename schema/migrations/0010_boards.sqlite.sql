create trigger industry_target_no_update before update on industry_target begin select raise(abort, 'targets are append-only'); end;
create trigger industry_target_no_delete before delete on industry_target begin select raise(abort, 'targets are append-only'); end;
create trigger industry_target_no_replace before insert on industry_target when exists (select 1 from industry_target t where t.industry = new.industry and t.from_on = new.from_on and t.set_at = new.set_at) begin select raise(abort, 'targets are append-only'); end;
create trigger industry_start_no_update before update on industry_start begin select raise(abort, 'starts of periods are append-only'); end;
create trigger industry_start_no_delete before delete on industry_start begin select raise(abort, 'starts of periods are append-only'); end;
create trigger industry_start_no_replace before insert on industry_start when exists (select 1 from industry_start s where s.industry = new.industry and s.period = new.period) begin select raise(abort, 'starts of periods are append-only'); end;
