-- How many records of a connection have agreed values, beside the head of its chain, so that a deleted row of them is noticed.
alter table chains add column agreed bigint not null default 0;
update chains set agreed = (select count(*) from ledger l join agreed a on a.record = l.id where l.connection = chains.connection);
