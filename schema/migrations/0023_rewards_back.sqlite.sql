create trigger reward_revoked_no_update before update on reward_revoked begin select raise(abort, 'rewards are append-only'); end;
create trigger reward_revoked_no_delete before delete on reward_revoked begin select raise(abort, 'rewards are append-only'); end;
create trigger reward_revoked_no_replace before insert on reward_revoked when exists (select 1 from reward_revoked r where r.n = new.n) begin select raise(abort, 'rewards are append-only'); end;
