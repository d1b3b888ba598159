//! The code of the guide (`docs/guide`), run page by page against a real server; `build.rs` says how.
#![allow(unused, clippy::all)]

include!(concat!(env!("OUT_DIR"), "/guide.rs"));
