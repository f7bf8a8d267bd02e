//! Cargo does not see a new folder under `migrations/` by itself.
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
