//! What a newcomer reads at the first start.

use bonded_registry::trust::TrustStart;

use crate::config::{Config, shown};

/// How to go on from here.
pub(super) fn first_start(config: &Config, base_url: &str) -> String {
    let data = shown(&config.data);
    // As it was called: it may not be on the path.
    let bonded = std::env::args().next().unwrap_or_else(|| "bonded".to_owned());
    format!(
        "\
A new registry was created in {data}.

Point Python clients at the channel 'pypi':
  pip install --index-url {base_url}/pypi/simple/ PACKAGE
  twine upload --repository-url {base_url}/pypi/legacy/ -u __token__ -p TOKEN dist/*

Point conda clients at the channel 'main':
  conda install -c {base_url}/main PACKAGE
  curl -fT FILE.conda -H 'Authorization: Bearer TOKEN' {base_url}/main/noarch/FILE.conda

Create a token to publish with, once there is an account:
  {bonded} admin --data {data} token create --user NAME --name laptop --verb read --verb publish

"
    )
}

/// What the operator has to know as long as the root's key is on the server.
pub(super) fn development_root(trust: &TrustStart) -> String {
    let TrustStart { version, fingerprint, .. } = trust;
    format!(
        "\
conda channels are signed under a DEVELOPMENT ROOT (root {version}): its key is on this server, so whoever
takes over the server can sign anything. Replace it by a root with offline keys: 'bonded trust init'.
  fingerprint: {fingerprint}

"
    )
}

/// Where the first administrator begins.
pub(super) fn first_administrator(link: &str) -> String {
    format!(
        "\
Nobody administers this registry yet. Open this link within 24 hours to become its administrator:
  {link}
It works once. A new start of the server makes another one.

"
    )
}
