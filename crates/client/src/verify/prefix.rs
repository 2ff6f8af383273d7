//! What an environment says of itself, in `conda-meta`.

use std::path::Path;

use rattler_conda_types::PrefixRecord;

use super::{Claim, VerifyError};

pub(super) fn claims(prefix: &Path) -> Result<Vec<Claim>, VerifyError> {
    if !prefix.join("conda-meta").is_dir() {
        return Err(VerifyError::NoEnvironment(prefix.to_owned()));
    }
    let records: Vec<PrefixRecord> = PrefixRecord::collect_from_prefix(prefix)
        .map_err(|error| VerifyError::Read(prefix.to_owned(), error))?;
    let claim = |record: PrefixRecord| {
        let record = record.repodata_record;
        let mut claim = Claim::of_url(&record.url).with_record(&record.package_record);
        claim.file = record.identifier.to_file_name();
        claim.record = Some(Box::new(record.package_record));
        claim
    };
    let mut claims: Vec<Claim> = records.into_iter().map(claim).collect();
    claims.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(claims)
}
