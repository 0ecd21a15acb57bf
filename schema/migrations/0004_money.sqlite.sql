create trigger adjustment_no_update before update on adjustment begin select raise(abort, 'adjustments are append-only'); end;
create trigger adjustment_no_delete before delete on adjustment begin select raise(abort, 'adjustments are append-only'); end;
create trigger adjustment_share_no_update before update on adjustment_share begin select raise(abort, 'adjustments are append-only'); end;
create trigger adjustment_share_no_delete before delete on adjustment_share begin select raise(abort, 'adjustments are append-only'); end;
create trigger rate_no_update before update on rate begin select raise(abort, 'rates are append-only'); end;
create trigger rate_no_delete before delete on rate begin select raise(abort, 'rates are append-only'); end;
