//! What include/rssl_unstable.h declares: functions whose shape may still change.

pub mod early_data;
pub mod ech;
pub mod raw_key;
