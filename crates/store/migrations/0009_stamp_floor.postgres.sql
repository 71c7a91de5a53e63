-- No change made after covered_up_to carries an earlier stamp, however far the source's stamps lag behind its clock.
alter table checkpoints add column stamp_floor bigint;
update checkpoints set stamp_floor = newest_stamp;
