-- Records that did not look as agreed when the sink was checked: rounds of writing again, and forms that the sink gave to values.

create table drifts (
    record integer primary key,
    rounds integer not null,
    last integer not null,
    seen blob not null
) strict;
