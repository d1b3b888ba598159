//! `migrate!` embeds the files of the folder, and cargo does not see new ones by itself.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
