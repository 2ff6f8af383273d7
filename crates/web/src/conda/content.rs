//! The names of a subdir's files.

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
    fn the_mangled_order_is_understood() {
        let right = ("noarch".to_owned(), "repodata_shards.msgpack.zst".to_owned());
        assert_eq!(in_order(right.0.clone(), right.1.clone()), right);
        assert_eq!(in_order(right.1.clone(), right.0.clone()), right);
        let package = ("noarch".to_owned(), "a-1-0.conda".to_owned());
        assert_eq!(in_order(package.0.clone(), package.1.clone()), package);
    }
}
