//! SQLite.
/// x
pub fn open(_: &crate::config::DatabaseSettings) -> Result<super::DynStore, crate::Error> {
    todo!()
}
