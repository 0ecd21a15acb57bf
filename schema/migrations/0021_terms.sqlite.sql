create trigger terms_no_update before update on terms begin select raise(abort, 'terms are append-only'); end;
create trigger terms_no_delete before delete on terms begin select raise(abort, 'terms are append-only'); end;
create trigger terms_no_replace before insert on terms when exists (select 1 from terms r where r.version = new.version) begin select raise(abort, 'terms are append-only'); end;
create trigger terms_acceptance_no_update before update on terms_acceptance begin select raise(abort, 'acceptances are append-only'); end;
create trigger terms_acceptance_no_delete before delete on terms_acceptance begin select raise(abort, 'acceptances are append-only'); end;
create trigger terms_acceptance_no_replace before insert on terms_acceptance when exists (select 1 from terms_acceptance r where r.version = new.version and r.user_id = new.user_id) begin select raise(abort, 'acceptances are append-only'); end;
