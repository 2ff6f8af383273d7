//! Reading a conda channel.

use axum::extract::State;
use axum::response::Response;
use bonded_blobs::StorageKey;
use bonded_model::file::Stored;
use bonded_model::{ChannelFormat, Sha256};
use bonded_registry::Error;
use bonded_registry::conda::Served as Bytes;
use http::{HeaderMap, Method};

use super::content::{Content, in_order, media_type, sidecar};
use crate::App;
use crate::answer::{self, Keep};
use crate::blob::{self, Served, Source};
use crate::credentials::Caller;
use crate::extract::Path;
use crate::problem::Problem;

/// `/{channel}/{subdir}/{file}`: an index file, a package, or the attestations of one.
pub(super) async fn file(
    State(app): State<App>,
    caller: Caller,
    Path((channel, subdir, file)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.access.read(&caller.actor, &channel, ChannelFormat::Conda).await?;
    let (subdir, file) = in_order(subdir, file);
    if let Some((package, digest)) = sidecar(&file) {
        let text = app.conda_sidecar(&permit, &subdir, package, digest.as_ref()).await?;
        let blob = Stored { sha256: Sha256::of(text.as_bytes()), size: text.len() as u64 };
        let keep = if digest.is_some() { Keep::Forever } else { Keep::NoCache };
        let served = Served { permit: &permit, blob, content_type: "application/json", keep };
        return blob::answer(&app, &method, &headers, served, Source::Memory(text.into())).await;
    }
    match Content::of(&file) {
        Content::Index(index) => {
            let found = app.conda_index_file(&permit, &subdir, index).await?;
            let (source, blob) = source(found);
            let served =
                Served { permit: &permit, blob, content_type: media_type(index), keep: Keep::Revalidate };
            blob::answer(&app, &method, &headers, served, source).await
        }
        Content::Archive => {
            let blob = app.conda_download(&permit, &subdir, &file).await?;
            let content_type = "application/octet-stream";
            let served = Served { permit: &permit, blob, content_type, keep: Keep::Forever };
            blob::answer(&app, &method, &headers, served, Source::Storage(StorageKey::File(blob.sha256)))
                .await
        }
    }
}

/// `/{channel}/{subdir}/shards/{sha256}.msgpack.zst`
pub(super) async fn shard(
    State(app): State<App>,
    caller: Caller,
    Path((channel, subdir, shard)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.access.read(&caller.actor, &channel, ChannelFormat::Conda).await?;
    let no_such_shard = || Error::NotFound("there is no such shard in this subdir".into());
    let digest = shard.strip_suffix(".msgpack.zst").ok_or_else(no_such_shard)?;
    let sha256: Sha256 = digest.parse().map_err(|_| no_such_shard())?;
    let (source, blob) = source(app.conda_shard(&permit, &subdir, sha256).await?);
    let served = Served { permit: &permit, blob, content_type: "application/zstd", keep: Keep::Forever };
    blob::answer(&app, &method, &headers, served, source).await
}

/// `/{channel}/shards/{sha256}.msgpack.zst/{subdir}`: the same, as conda asks for it when the token comes from its token
/// file. Whoever got the shard index in that order has to get the shards too.
pub(super) async fn mangled_shard(
    state: State<App>,
    caller: Caller,
    Path((channel, shard_name, subdir)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    shard(state, caller, Path((channel, subdir, shard_name)), method, headers).await
}

/// `/{channel}/channeldata.json`
pub(super) async fn channeldata(
    State(app): State<App>,
    caller: Caller,
    Path(channel): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.access.read(&caller.actor, &channel, ChannelFormat::Conda).await?;
    let page = app.conda_channeldata(&permit).await?;
    Ok(answer::page(&page, &permit, &headers, false))
}

fn source(found: Bytes) -> (Source, Stored) {
    match found {
        Bytes::Bytes { bytes, sha256 } => {
            let blob = Stored { sha256, size: bytes.len() as u64 };
            (Source::Memory(bytes), blob)
        }
        Bytes::Blob { key, blob } => (Source::Storage(key), blob),
    }
}
