//! What package clients have to be told, ready to be copied.
//!
//! What goes into a file that only its owner can read holds the token itself. Commands take it from a variable, because
//! shells remember what is typed and other people of a machine see running commands.

mod conda;

/// A channel that a token reaches into.
#[derive(Clone)]
pub struct TokenPlace {
    /// The channel's name.
    pub channel: String,
    /// Python, else conda.
    pub python: bool,
}

/// What a token may do, as far as clients have to be told of it.
#[derive(Clone, Copy)]
pub struct Uses {
    /// Install.
    pub reads: bool,
    /// Upload.
    pub publishes: bool,
    /// Install, and nothing else at all: such a token may stand in a URL.
    pub only_reads: bool,
}

/// What one client has to be told.
#[derive(Clone)]
pub(crate) struct Snippet {
    /// The client, and what for.
    pub(crate) title: &'static str,
    /// Where it belongs; empty for commands.
    pub(crate) file: &'static str,
    /// The text to copy.
    pub(crate) text: String,
}

/// The snippets for one channel, for what a token may do there.
pub(crate) fn snippets(place: &TokenPlace, base_url: &str, token: &str, uses: Uses) -> Vec<Snippet> {
    let target = Target { base_url, host: host(base_url), channel: &place.channel, token };
    let mut all = Vec::new();
    if uses.reads {
        all.extend(if place.python { target.read_python() } else { target.read_conda(uses.only_reads) });
    }
    if uses.publishes {
        all.extend(if place.python { target.publish_python() } else { target.publish_conda() });
    }
    all
}

/// What installs from a channel: some package, or one with its version, which may be empty for any.
pub(crate) fn installing(
    python: bool,
    base_url: &str,
    channel: &str,
    package: Option<(&str, &str)>,
) -> Vec<Snippet> {
    let url = format!("{base_url}/{channel}");
    let (name, version) = package.unwrap_or(("PACKAGE", ""));
    if python { install_python(&url, channel, name, version) } else { install_conda(&url, name, version) }
}

fn command(title: &'static str, text: String) -> Snippet {
    Snippet { title, file: "", text }
}

/// A name with its version behind `equals`, in quotes where a shell would read it otherwise.
fn pinned(name: &str, equals: &str, version: &str) -> String {
    if version.is_empty() {
        return name.to_owned();
    }
    let quote = if version.contains('!') { "'" } else { "" };
    format!("{quote}{name}{equals}{version}{quote}")
}

fn install_python(url: &str, channel: &str, name: &str, version: &str) -> Vec<Snippet> {
    let package = pinned(name, "==", version);
    vec![
        command("pip", format!("pip install --index-url {url}/simple/ {package}")),
        command(
            "uv",
            format!(
                "uv pip install --default-index {url}/simple/ {package}\nuv add --index {channel}={url}/simple/ {package}"
            ),
        ),
        command(
            "Poetry",
            format!(
                "poetry source add --priority=explicit {channel} {url}/simple/\npoetry add --source {channel} {package}"
            ),
        ),
    ]
}

fn install_conda(url: &str, name: &str, version: &str) -> Vec<Snippet> {
    let package = pinned(name, "=", version);
    let pixi = pinned(name, "==", version);
    vec![
        command("conda", format!("conda install -c {url} {package}")),
        command("mamba", format!("mamba install -c {url} {package}")),
        command("pixi", format!("pixi workspace channel add {url}\npixi add {pixi}")),
    ]
}

/// What pins a root, so that clients verify the packages of a signed conda channel.
/// The fingerprint is not among it: the client shows the one that it found and asks, so that nobody pins what a false
/// page says by pasting it.
pub(crate) fn pinning(base_url: &str, channel: &str, version: u64) -> Vec<Snippet> {
    let url = format!("{base_url}/{channel}");
    let root = format!("{base_url}/{version}.root.json");
    vec![
        command("Bonded's own client", format!("bonded conda trust {url}")),
        command(
            "The same with a token, for conda too",
            format!("bonded conda token set - --channel {url} --enable-signature-verification"),
        ),
        command(
            "conda with conda-content-trust",
            format!(
                "curl -fo \"$(conda info --base)/etc/conda/{version}.root.json\" --create-dirs {root}\n\
                 bonded trust show \"$(conda info --base)/etc/conda/{version}.root.json\"  # compare the fingerprint\n\
                 conda config --set extra_safety_checks true\n\
                 conda config --set repodata_use_shards false\n\
                 conda config --set signing_metadata_url_base {base_url}"
            ),
        ),
    ]
}

/// What uploads to a channel, with the token in a variable.
pub(crate) fn uploading(python: bool, base_url: &str, channel: &str) -> Vec<Snippet> {
    if python {
        let url = format!("{base_url}/{channel}/legacy/");
        let token = "\"$BONDED_TOKEN\"";
        vec![
            command(
                "twine",
                format!("TWINE_PASSWORD={token} twine upload --repository-url {url} -u __token__ dist/*"),
            ),
            command(
                "uv",
                format!("UV_PUBLISH_TOKEN={token} uv publish --publish-url {url} --no-attestations dist/*"),
            ),
        ]
    } else {
        Target { base_url, host: "", channel, token: "" }.upload_conda()
    }
}

/// A channel's URL with a token in it, as conda understands it.
pub(crate) fn url_with_token(base_url: &str, token: &str, channel: &str) -> String {
    format!("{base_url}/t/{token}/{channel}")
}

/// The host alone: netrc files and pixi know no ports.
fn host(base_url: &str) -> &str {
    let behind = base_url.split_once("://").map_or(base_url, |(_, behind)| behind);
    let authority = behind.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

struct Target<'a> {
    base_url: &'a str,
    host: &'a str,
    channel: &'a str,
    token: &'a str,
}

impl Target<'_> {
    fn url(&self) -> String {
        format!("{}/{}", self.base_url, self.channel)
    }

    fn netrc(&self, title: &'static str) -> Snippet {
        let text = format!("machine {}\nlogin __token__\npassword {}", self.host, self.token);
        Snippet { title, file: "~/.netrc, with mode 600", text }
    }

    fn read_python(&self) -> Vec<Snippet> {
        let (url, channel) = (self.url(), self.channel);
        let install = format!(
            "pip install --index-url {url}/simple/ PACKAGE\nuv pip install --default-index {url}/simple/ PACKAGE"
        );
        let poetry = format!(
            "poetry source add --priority=primary {channel} {url}/simple/\n\
             poetry config http-basic.{channel} __token__ \"$BONDED_TOKEN\""
        );
        vec![
            self.netrc("pip and uv: sign in"),
            Snippet { title: "pip and uv: install", file: "", text: install },
            Snippet { title: "Poetry: install", file: "", text: poetry },
        ]
    }

    fn publish_python(&self) -> Vec<Snippet> {
        let (url, channel, token) = (self.url(), self.channel, self.token);
        let pypirc = format!(
            "[distutils]\nindex-servers = {channel}\n\n[{channel}]\nrepository = {url}/legacy/\n\
             username = __token__\npassword = {token}"
        );
        let poetry = format!(
            "poetry config repositories.{channel} {url}/legacy/\n\
             poetry config pypi-token.{channel} \"$BONDED_TOKEN\"\npoetry publish --build -r {channel}"
        );
        let uv = format!(
            "UV_PUBLISH_TOKEN=\"$BONDED_TOKEN\" uv publish --publish-url {url}/legacy/ --no-attestations dist/*"
        );
        let actions = format!(
            "- run: uv publish --no-attestations dist/*\n  env:\n    UV_PUBLISH_URL: {url}/legacy/\n    \
             UV_PUBLISH_TOKEN: ${{{{ secrets.BONDED_TOKEN }}}}"
        );
        vec![
            Snippet { title: "twine: sign in", file: "~/.pypirc, with mode 600", text: pypirc },
            Snippet { title: "twine: upload", file: "", text: format!("twine upload -r {channel} dist/*") },
            Snippet { title: "uv: upload", file: "", text: uv },
            Snippet { title: "Poetry: upload", file: "", text: poetry },
            Snippet { title: "GitHub Actions: upload", file: "a step of a workflow", text: actions },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://packages.example:8443/registry";

    fn texts(python: bool, reads: bool, publishes: bool) -> String {
        let place = TokenPlace { channel: "team".into(), python };
        let uses = Uses { reads, publishes, only_reads: reads && !publishes };
        let all = snippets(&place, URL, "bonded-secret", uses);
        all.into_iter().map(|snippet| snippet.text + "\n").collect()
    }

    #[test]
    fn a_token_is_told_only_what_it_may_do() {
        for python in [true, false] {
            assert!(!texts(python, true, false).contains("upload"));
            assert!(!texts(python, false, true).contains("install"));
            assert!(texts(python, true, true).contains("upload"));
            assert!(texts(python, false, false).is_empty());
        }
    }

    #[test]
    fn only_a_token_that_can_do_nothing_but_read_stands_in_a_url() {
        let place = TokenPlace { channel: "team".into(), python: false };
        let deletes_too = Uses { reads: true, publishes: false, only_reads: false };
        let all = snippets(&place, URL, "bonded-secret", deletes_too);
        assert!(all.iter().all(|snippet| !snippet.text.contains("/t/")));
        assert!(texts(false, true, false).contains(&format!("{URL}/t/bonded-secret/team")));
        assert!(!texts(false, true, true).contains("/t/"));
        assert!(!texts(true, true, false).contains("/t/"));
    }

    #[test]
    fn commands_take_the_token_from_a_variable() {
        for python in [true, false] {
            let place = TokenPlace { channel: "team".into(), python };
            let uses = Uses { reads: true, publishes: true, only_reads: false };
            for snippet in snippets(&place, URL, "bonded-secret", uses) {
                assert!(
                    !snippet.file.is_empty() || !snippet.text.contains("bonded-secret"),
                    "{}",
                    snippet.title
                );
            }
        }
    }

    #[test]
    fn a_version_is_quoted_where_a_shell_would_read_it() {
        let texts = |python, version| -> String {
            let all = installing(python, URL, "team", Some(("acme", version)));
            all.into_iter().map(|snippet| snippet.text + "\n").collect()
        };
        assert!(texts(true, "").contains("/team/simple/ acme\n"));
        assert!(texts(true, "1.0").contains(" acme==1.0\n"));
        assert!(texts(true, "1!2.0").contains(" 'acme==1!2.0'\n"));
        assert!(texts(false, "1.0").contains(" acme=1.0\n"));
    }

    #[test]
    fn a_root_is_pinned_by_its_fingerprint_in_one_piece() {
        let all = pinning(URL, "team", 2);
        assert!(all[0].text.ends_with("/registry/team"));
        assert!(all.iter().all(|one| !one.text.contains("--root-fingerprint")), "nobody pastes a false one");
        assert!(all[2].text.contains("/registry/2.root.json\n"));
    }

    #[test]
    fn hosts_stand_without_their_port() {
        for (url, expected) in [
            (URL, "packages.example"),
            ("http://localhost:8080", "localhost"),
            ("https://packages.example", "packages.example"),
            ("http://[::1]:8080/x", "[::1]"),
        ] {
            assert_eq!(host(url), expected);
        }
    }
}
