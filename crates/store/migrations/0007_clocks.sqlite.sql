-- Our clock at the moment that covered_up_to is on the source's, so that a clock that was set is noticed.

alter table checkpoints add column read_at integer;
