-- What was last agreed of each record, apart from the ledger, so that looking for changes never reads it; before and after of each
-- write in the trail; and the marks that retention and erasure leave. Rows of trail and agreed name rows of the ledger, which are
-- never deleted, without a reference that would be checked for each of them.

create table agreed (
    record bigint primary key,
    packed bytea not null,
    seal bytea not null
);

alter table trail drop constraint trail_settlement_fkey, drop constraint trail_record_fkey;
alter table trail add column changes bytea, add column erased bytea;

-- Whether bodies are still there, and the seal of a settlement whose rows went after their time.
alter table settlements add column bodies bigint not null default 1;
alter table settlements add column pruned bytea;
create index settlements_bodies on settlements (connection, at) where bodies = 1;
create index settlements_kept on settlements (connection, at) where pruned is null;
create index runs_ended on runs (connection, ended) where ended is not null;
create index runs_told on runs (connection, ended) where summary is not null;
