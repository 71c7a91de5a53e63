-- Documents that are open in the source: a payment can move their balance without their stamp.
create table open_documents (
    record integer primary key references ledger (id),
    connection integer not null references connections (id),
    customer text not null,
    seen blob not null,
    look integer not null
) strict;
create index open_documents_look on open_documents (connection, look, record);
create index open_documents_customer on open_documents (connection, customer, record);

-- What is read again on a schedule of its own: when it was last gone through, and how far it is.
create table rereads (
    connection integer not null references connections (id),
    kind integer not null,
    done integer not null,
    pass text,
    primary key (connection, kind)
) strict, without rowid;
