-- corrects: the sale that this one puts right, which the same command has taken back in full.
alter table sale add column corrects text references sale (id);
create unique index sale_corrects on sale (corrects) where corrects is not null;
