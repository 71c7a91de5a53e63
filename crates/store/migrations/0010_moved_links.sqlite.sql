-- Records of the sink that stood behind a link before it moved, for each flow whose records may still name them; `record` is the row of
-- the ledger whose link it was.
create table moved_links (
    connection integer not null references connections (id),
    flow integer not null,
    target_id text not null,
    record integer not null,
    primary key (connection, flow, target_id)
) strict, without rowid;
