//! An S3 server in this process, with its bucket in a temporary directory.

use std::net::SocketAddr;

use bonded_blobs::S3Options;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;

const ACCESS_KEY: &str = "bonded-test";
const SECRET_KEY: &str = "a-secret-that-must-not-leak";

pub(crate) struct S3Server {
    address: SocketAddr,
    directory: TempDir,
}

impl S3Server {
    pub(crate) async fn start(bucket: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join(bucket)).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(directory.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, service.build()));
        Self { address, directory }
    }

    pub(crate) fn options(&self) -> S3Options {
        S3Options {
            endpoint: Some(format!("http://{}", self.address).parse().unwrap()),
            region: Some("us-east-1".to_owned()),
            access_key_id: Some(ACCESS_KEY.to_owned()),
            secret_access_key: Some(SECRET_KEY.into()),
            allow_http: true,
            virtual_hosted: false,
        }
    }

    /// The server's own files.
    pub(crate) fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }
}

async fn serve(listener: TcpListener, service: S3Service) {
    while let Ok((socket, _)) = listener.accept().await {
        let service = service.clone();
        tokio::spawn(async move {
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
        });
    }
}
