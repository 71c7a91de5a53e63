-- Records that did not look as agreed when the sink was checked: rounds of writing again, and forms that the sink gave to values.

create table drifts (
    record bigint primary key,
    rounds bigint not null,
    last bigint not null,
    seen bytea not null
);
