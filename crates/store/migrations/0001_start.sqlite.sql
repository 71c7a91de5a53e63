-- The first schema. Times are microseconds since 1970 in UTC, digests 16 bytes, flows, entities, states and kinds of transition the
-- numbers of src/code.rs.

create table tenants (
    id integer primary key,
    name text not null unique
) strict;
insert into tenants (id, name) values (1, 'default');

create table keys (
    purpose text primary key,
    key_id text not null,
    sealed blob not null
) strict, without rowid;

create table connections (
    id integer primary key,
    tenant integer not null references tenants (id),
    name text not null,
    settings text not null,
    settings_digest blob not null,
    sink_org text,
    source_host text,
    source_tenant text,
    created integer not null,
    changed integer not null,
    unique (tenant, name)
) strict;

create table credentials (
    connection integer not null references connections (id),
    field text not null,
    version integer not null,
    key_id text not null,
    sealed blob not null,
    applied blob,
    changed integer not null,
    primary key (connection, field)
) strict, without rowid;

create table grants (
    connection integer not null references connections (id),
    system text not null,
    version integer not null,
    key_id text not null,
    access blob,
    expires integer,
    api_domain text,
    refresh blob,
    refresh_version integer,
    applied blob,
    changed integer not null,
    primary key (connection, system)
) strict, without rowid;

create table owners (
    connection integer primary key references connections (id),
    epoch integer not null,
    holder text not null,
    pid integer not null,
    since integer not null
) strict;

create table runs (
    id integer primary key,
    connection integer not null references connections (id),
    name text not null unique,
    started integer not null,
    ended integer,
    outcome text,
    summary text
) strict;
create index runs_connection on runs (connection, id);

-- One row per source record. The link is target_id. A document's code is its reference number, so that people find it.
create table ledger (
    id integer primary key,
    connection integer not null references connections (id),
    flow integer not null,
    erp_key text not null,
    entity integer not null,
    code text not null,
    source_id text,
    target_id text,
    state integer not null,
    previous integer,
    fingerprint blob not null,
    header blob not null,
    rows blob not null,
    stamp integer,
    problem_code text,
    problem_message text,
    problem_field text,
    attempts integer not null,
    asked integer not null,
    since integer not null,
    changed integer not null
) strict;
create unique index ledger_key on ledger (connection, flow, erp_key);
create index ledger_code on ledger (connection, flow, code);
create unique index ledger_target on ledger (connection, flow, target_id) where target_id is not null;
create index ledger_open on ledger (connection, flow, changed) where state in (3, 4, 5);
create index ledger_asked on ledger (connection, flow, changed) where asked = 1;

create view parked as
select id, connection, flow, erp_key, entity, code, state, problem_code, problem_message, problem_field, attempts, since, changed
from ledger
where state in (3, 4, 5);

create table counts (
    connection integer not null references connections (id),
    flow integer not null,
    state integer not null,
    records integer not null,
    primary key (connection, flow, state)
) strict, without rowid;

create table checkpoints (
    connection integer not null references connections (id),
    entity integer not null,
    covered_up_to integer,
    newest_stamp integer,
    pass text,
    changed integer not null,
    primary key (connection, entity)
) strict, without rowid;

-- Batches on their way: a row leaves with the transaction that settles its batch.
create table intents (
    id integer primary key,
    connection integer not null references connections (id),
    run text not null,
    module text not null,
    operation text not null,
    keys text not null,
    digest blob not null,
    opened integer not null
) strict;
create index intents_connection on intents (connection, id);

-- One row per settling transaction: a link of the connection's hash chain.
create table settlements (
    id integer primary key,
    connection integer not null references connections (id),
    number integer not null,
    run integer references runs (id),
    at integer not null,
    transitions integer not null,
    exchanges integer not null,
    chain blob not null,
    unique (connection, number)
) strict;
create index settlements_run on settlements (run) where run is not null;

create table chains (
    connection integer primary key references connections (id),
    settlements integer not null,
    head blob not null
) strict;

create table trail (
    settlement integer not null references settlements (id),
    position integer not null,
    record integer not null references ledger (id),
    what integer not null,
    target_id text,
    problem_code text,
    problem_message text,
    problem_field text,
    note text,
    exchange integer,
    digest blob not null,
    primary key (settlement, position)
) strict, without rowid;
create index trail_record on trail (record);

create table exchanges (
    settlement integer not null references settlements (id),
    position integer not null,
    system text not null,
    method text not null,
    target text not null,
    status integer,
    failure text,
    started integer not null,
    took integer not null,
    attempt integer not null,
    bodies blob,
    digest blob not null,
    primary key (settlement, position)
) strict, without rowid;

-- Compressed bodies, apart from the exchanges, so that they can go earlier. Their digest stays.
create table bodies (
    id integer primary key,
    settlement integer not null,
    position integer not null,
    request blob,
    response blob,
    unique (settlement, position),
    foreign key (settlement, position) references exchanges (settlement, position)
) strict;

create table profiles (
    connection integer not null references connections (id),
    name text not null,
    value text not null,
    primary key (connection, name)
) strict, without rowid;
