//! The names of a subdir's files.

use bonded_model::Sha256;
use bonded_registry::conda::IndexFile;

/// What a file name in a subdir stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Content {
    /// An index file.
    Index(IndexFile),
    /// Perhaps a package.
    Archive,
}

impl Content {
    pub(super) fn of(file: &str) -> Self {
        match file {
            "repodata.json" => Self::Index(IndexFile::Repodata),
            "repodata.json.zst" => Self::Index(IndexFile::RepodataZst),
            "run_exports.json" => Self::Index(IndexFile::RunExports),
            "run_exports.json.zst" => Self::Index(IndexFile::RunExportsZst),
            "repodata_shards.msgpack.zst" => Self::Index(IndexFile::ShardIndex),
            _ => Self::Archive,
        }
    }
}

/// The package whose attestations a file name stands for (CEP 50): `{package}.sigs`, as they are now, or
/// `{package}.sigs.{sha256}`, as they were when they had that digest.
pub(super) fn sidecar(file: &str) -> Option<(&str, Option<Sha256>)> {
    if let Some(package) = file.strip_suffix(".sigs") {
        return Some((package, None));
    }
    let (package, digest) = file.rsplit_once(".sigs.")?;
    let lower = digest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    let digest = digest.parse().ok().filter(|_| lower)?;
    Some((package, Some(digest)))
}

/// The media type of an index file. There is never a `Content-Encoding`: `.zst` files are asked for as they are.
pub(super) const fn media_type(file: IndexFile) -> &'static str {
    match file {
        IndexFile::Repodata | IndexFile::RunExports => "application/json",
        IndexFile::RepodataZst | IndexFile::RunExportsZst | IndexFile::ShardIndex => "application/zstd",
    }
}

/// conda moves the subdir of some URLs to their end when the token comes from its token file:
/// `/{channel}/{file}/{subdir}`. Index files are told from subdirs by their name, so both orders are understood.
pub(super) fn in_order(subdir: String, file: String) -> (String, String) {
    if Content::of(&subdir) != Content::Archive { (file, subdir) } else { (subdir, file) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sidecar_names_its_package_and_perhaps_a_digest() {
        let digest = Sha256::of(b"[]");
        assert_eq!(sidecar("a-1-0.conda.sigs"), Some(("a-1-0.conda", None)));
        assert_eq!(sidecar(&format!("a-1-0.conda.sigs.{digest}")), Some(("a-1-0.conda", Some(digest))));
        for other in ["a-1-0.conda", "repodata.json", "a-1-0.conda.sigs.x", "sigs"] {
            assert_eq!(sidecar(other), None, "{other}");
        }
        let shouted = digest.to_string().to_uppercase();
        assert_eq!(sidecar(&format!("a-1-0.conda.sigs.{shouted}")), None);
    }

    #[test]
    fn the_mangled_order_is_understood() {
        let right = ("noarch".to_owned(), "repodata_shards.msgpack.zst".to_owned());
        assert_eq!(in_order(right.0.clone(), right.1.clone()), right);
        assert_eq!(in_order(right.1.clone(), right.0.clone()), right);
        let package = ("noarch".to_owned(), "a-1-0.conda".to_owned());
        assert_eq!(in_order(package.0.clone(), package.1.clone()), package);
    }
}
