//! Tests of the whole simulator, in process.
