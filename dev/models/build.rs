//! Keeps the types that this crate compiles once more out of those of the addon.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(folder) = env::var("OUT_DIR") {
        println!("cargo::rustc-env=NAPI_TYPE_DEF_TMP_FOLDER={folder}");
    }
}
