//! What end-to-end tests share.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

pub mod in_process;
pub mod world;
