alter table client alter column skeleton type text collate "C";
