//! No code: the dependencies of this crate are its content (see `Cargo.toml`).
