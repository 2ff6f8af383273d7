//! Compiles the crate anew when a migration was added: the macro that embeds them cannot see new files.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=.sqlx");
}
