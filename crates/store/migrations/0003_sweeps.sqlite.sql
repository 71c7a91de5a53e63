-- Sweeps of the source's keys: where they stand by flow, which ledger rows the one under way has seen (a bit per row, in chunks of
-- 8,192), and which records were missed.

create table sweeps (
    connection integer not null references connections (id),
    flow integer not null,
    since integer not null,
    swept integer,
    vanished integer,
    number integer not null,
    pass text,
    primary key (connection, flow)
) strict, without rowid;

create table sweep_bits (
    connection integer not null references connections (id),
    flow integer not null,
    chunk integer not null,
    bits blob not null,
    primary key (connection, flow, chunk)
) strict;

-- record: a row of the ledger. times: sweeps in a row that missed it and were believed. sweep: the number of the last that missed it.
create table misses (
    connection integer not null references connections (id),
    flow integer not null,
    record integer not null,
    times integer not null,
    sweep integer not null,
    primary key (connection, flow, record)
) strict, without rowid;
