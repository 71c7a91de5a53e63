-- Sweeps of the source's keys: where they stand by flow, which ledger rows the one under way has seen (a bit per row, in chunks of
-- 8,192), and which records were missed.

create table sweeps (
    connection bigint not null references connections (id),
    flow bigint not null,
    since bigint not null,
    swept bigint,
    vanished bigint,
    number bigint not null,
    pass text,
    primary key (connection, flow)
);

create table sweep_bits (
    connection bigint not null references connections (id),
    flow bigint not null,
    chunk bigint not null,
    bits bytea not null,
    primary key (connection, flow, chunk)
);

-- record: a row of the ledger. times: sweeps in a row that missed it and were believed. sweep: the number of the last that missed it.
create table misses (
    connection bigint not null references connections (id),
    flow bigint not null,
    record bigint not null,
    times bigint not null,
    sweep bigint not null,
    primary key (connection, flow, record)
);
