//! Which record of the sink a source record is.
