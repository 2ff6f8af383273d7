//! What a newcomer reads at the first start.

use crate::config::{Config, shown};

/// How to go on from here.
pub(super) fn first_start(config: &Config, base_url: &str) -> String {
    let data = shown(&config.data);
    // As it was called: it may not be on the path.
    let bonded = std::env::args().next().unwrap_or_else(|| "bonded".to_owned());
    format!(
        "\
A new registry was created in {data}.

Create the first administrator, and a token to publish with:
  {bonded} admin --data {data} user create ADMIN --email ADMIN@EXAMPLE.COM --admin
  {bonded} admin --data {data} token create --user ADMIN --name laptop --verb read --verb publish

Point Python clients at the channel 'pypi':
  pip install --index-url {base_url}/pypi/simple/ PACKAGE
  twine upload --repository-url {base_url}/pypi/legacy/ -u __token__ -p TOKEN dist/*

Point conda clients at the channel 'main':
  conda install -c {base_url}/main PACKAGE
  curl -fT FILE.conda -H 'Authorization: Bearer TOKEN' {base_url}/main/noarch/FILE.conda

"
    )
}
