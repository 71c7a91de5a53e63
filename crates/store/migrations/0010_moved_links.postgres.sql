-- Records of the sink that stood behind a link before it moved, for each flow whose records may still name them; `record` is the row of
-- the ledger whose link it was.
create table moved_links (
    connection bigint not null references connections (id),
    flow bigint not null,
    target_id text not null,
    record bigint not null,
    primary key (connection, flow, target_id)
);
