create trigger final_organization_no_update before update on final_organization begin select raise(abort, 'final results are append-only'); end;
create trigger final_organization_no_delete before delete on final_organization begin select raise(abort, 'final results are append-only'); end;
create trigger final_organization_no_replace before insert on final_organization when exists (select 1 from final_organization r where r.period = new.period and r.metric = new.metric and r.industry = new.industry and r.organization = new.organization) begin select raise(abort, 'final results are append-only'); end;
create trigger final_unnamed_no_update before update on final_unnamed begin select raise(abort, 'final results are append-only'); end;
create trigger final_unnamed_no_delete before delete on final_unnamed begin select raise(abort, 'final results are append-only'); end;
create trigger final_unnamed_no_replace before insert on final_unnamed when exists (select 1 from final_unnamed r where r.period = new.period and r.partner_id = new.partner_id) begin select raise(abort, 'final results are append-only'); end;
