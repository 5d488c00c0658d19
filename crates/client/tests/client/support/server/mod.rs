//! Servers that do what they are told, byte by byte.

mod scripted;

pub(crate) use self::scripted::*;
