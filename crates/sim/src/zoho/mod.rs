//! The CRM side.
