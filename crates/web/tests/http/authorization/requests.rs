//! From a row to a request.

use std::sync::atomic::{AtomicU32, Ordering};

use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::TestApp;
use bonded_testkit::fixtures::{Form, Package, Wheel};
use bonded_testkit::http::{Answer, Request};
use http::Method;

use super::callers::{Credential, every_verb};
use super::table::{Place, Row};

/// The project that the owner owns, in Python channels.
pub(super) const PROJECT: &str = "parcel";
/// The same in conda channels.
pub(super) const PACKAGE: &str = "box";
/// The channels of the world, besides those of every new registry.
pub(super) const CHANNELS: [&str; 4] = ["public-python", "private-python", "public-conda", "private-conda"];

/// What the requests are about.
pub(super) struct World<'a> {
    app: &'a TestApp,
    /// The instance's administrator, who prepares what others may then delete.
    helper: String,
    /// Numbers versions and names, so that no request meets what another one published.
    next: AtomicU32,
}

impl<'a> World<'a> {
    /// Makes the channels.
    pub(super) async fn new(app: &'a TestApp) -> Self {
        for (visible, visibility) in [("public", Visibility::Public), ("private", Visibility::Private)] {
            app.channel(&format!("{visible}-python"), ChannelFormat::Python, visibility).await;
            app.channel(&format!("{visible}-conda"), ChannelFormat::Conda, visibility).await;
        }
        let helper = app.admin("helper").await;
        let helper = app.token(&helper, every_verb()).await;
        Self { app, helper, next: AtomicU32::new(2) }
    }

    /// Asks for what the row is about, as this caller.
    pub(super) async fn send(&self, row: &Row, credential: &Credential, head: bool) -> Answer {
        let channel = self.channel(row).await;
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        let name = |known: &str| if row.variant == "new" { format!("new{n}") } else { known.to_owned() };
        let package = Package::noarch(&name(PACKAGE), &format!("{n}.0"));
        let wheel = Wheel::new(&name(PROJECT), &format!("{n}.0"));
        let file = match (row.method.as_str(), row.variant.as_str()) {
            ("GET", "repodata") => "repodata.json".to_owned(),
            ("GET", "sigs") => format!("{PACKAGE}-1.0-0.conda.sigs"),
            ("GET", _) => format!("{PACKAGE}-1.0-0.conda"),
            _ => package.filename(),
        };
        let doomed = format!("doomed{n}");
        if row.method == "DELETE" && row.place != Place::Unknown {
            self.prepare(row, &channel, &package, &wheel, &doomed).await;
        }
        let path = row.path.replace("{channel}", &channel);
        let project = match row.path.as_str() {
            path if row.method == "DELETE" && path.ends_with("{project}") => doomed.as_str(),
            path if path.contains("{subdir}") => PACKAGE,
            _ => PROJECT,
        };
        let deletes = row.method == "DELETE" && !row.path.ends_with("/yank");
        let version = if deletes { format!("{n}.0") } else { "1.0".to_owned() };
        let filename = if deletes { wheel.filename() } else { format!("{PROJECT}-1.0-py3-none-any.whl") };
        let filename = if row.variant == "metadata" { format!("{filename}.metadata") } else { filename };
        let path =
            path.replace("{project}", project).replace("{version}", &version).replace("{subdir}", "noarch");
        let path = path.replace("{filename}", &filename).replace("{file}", &file);
        let path = path.replace("{document}", "key_mgr.json");
        let path = path.replace("{id}", "0190b2c4-0000-7000-8000-000000000000");
        let path =
            if path.contains("{shard}") { path.replace("{shard}", &self.shard(row).await) } else { path };
        let method = if head { "HEAD" } else { &row.method };
        let request = self.presented(credential, method, &path);
        match row.method.as_str() {
            "GET" | "DELETE" => request.await,
            _ if row.path.ends_with("/yank") => request.body(r#"{"reason":"x"}"#).await,
            _ if row.path.contains("legacy") => request.form(Form::wheel(&wheel).multipart()).await,
            _ => request.header("x-file-name", &package.filename()).body(package.build()).await,
        }
    }

    /// Publishes what the request is to delete.
    async fn prepare(&self, row: &Row, channel: &str, package: &Package, wheel: &Wheel, doomed: &str) {
        if row.path.contains("{subdir}") {
            self.app.upload_conda(channel, &self.helper, package).await.expect(201);
        } else if row.path.ends_with("{project}") {
            // Whoever owns the project of the others owns this one.
            let owner = self.app.registry.user_named(&self.app.operator(), "owner").await.expect("the owner");
            let token = self.app.token(&owner, every_verb()).await;
            self.app.upload_wheel(channel, &token, &Wheel::new(doomed, "1.0")).await.expect(200);
        } else if row.path.contains("{channel}") && !row.path.ends_with("/yank") {
            self.app.upload_wheel(channel, &self.helper, wheel).await.expect(200);
        }
    }

    fn presented(&self, credential: &Credential, method: &str, path: &str) -> Request {
        let method: Method = method.parse().expect("a method");
        match credential {
            Credential::Nothing => self.app.request(method, path),
            Credential::Header(token) => self.app.request(method, path).token(token),
            Credential::Path(token) => self.app.request(method, &format!("/t/{token}{path}")),
            Credential::Cookie(cookie) => self.app.request(method, path).header("cookie", cookie),
        }
    }

    /// The channel that the row is about; it becomes the default one if the route names none.
    async fn channel(&self, row: &Row) -> String {
        let parts =
            ["/simple", "/legacy", "/files/", "/pypi/", "/integrity/", "/channels/{channel}/projects"];
        let python = !row.path.contains("{subdir}") && parts.iter().any(|part| row.path.contains(part));
        let format = if python { "python" } else { "conda" };
        let visible = match row.place {
            Place::Public => "public",
            Place::Private => "private",
            Place::Unknown => "unknown",
            Place::Nowhere => return String::new(),
        };
        let name = format!("{visible}-{format}");
        if !row.path.contains("{channel}") {
            let operator = self.app.operator();
            let channel = self.app.registry.channel_named(&operator, &name).await.expect("the channel");
            self.app
                .registry
                .set_default_python_channel(&operator, &channel)
                .await
                .expect("a Python channel");
        }
        name
    }

    async fn shard(&self, row: &Row) -> String {
        let channel = if row.place == Place::Public { "public-conda" } else { "private-conda" };
        let shards = self.app.subdir(channel, "noarch").with(&self.helper).shards().await;
        format!("{}.msgpack.zst", shards[PACKAGE])
    }
}
