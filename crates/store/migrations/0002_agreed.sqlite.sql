-- What was last agreed of each record, apart from the ledger, so that looking for changes never reads it; before and after of each
-- write in the trail; and the marks that retention and erasure leave. Rows of trail and agreed name rows of the ledger, which are
-- never deleted, without a reference that would be checked for each of them.

create table agreed (
    record integer primary key,
    packed blob not null,
    seal blob not null
) strict;

create table trail_new (
    settlement integer not null,
    position integer not null,
    record integer not null,
    what integer not null,
    target_id text,
    problem_code text,
    problem_message text,
    problem_field text,
    note text,
    exchange integer,
    digest blob not null,
    changes blob,
    erased blob,
    primary key (settlement, position)
) strict, without rowid;
insert into trail_new (settlement, position, record, what, target_id, problem_code, problem_message, problem_field, note, exchange, digest)
select settlement, position, record, what, target_id, problem_code, problem_message, problem_field, note, exchange, digest from trail;
drop table trail;
alter table trail_new rename to trail;
create index trail_record on trail (record);

-- Whether bodies are still there, and the seal of a settlement whose rows went after their time.
alter table settlements add column bodies integer not null default 1;
alter table settlements add column pruned blob;
create index settlements_bodies on settlements (connection, at) where bodies = 1;
create index settlements_kept on settlements (connection, at) where pruned is null;
create index runs_ended on runs (connection, ended) where ended is not null;
create index runs_told on runs (connection, ended) where summary is not null;
