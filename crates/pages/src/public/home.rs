//! The start page.

use askama::Template;
use bonded_model::Timestamp;

use crate::{Shell, filters};

/// A channel that the viewer may see.
#[derive(Clone)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Python, else conda.
    pub python: bool,
}

impl Channel {
    /// The commands that install from it.
    fn install(&self, base_url: &str) -> String {
        let url = format!("{base_url}/{}", self.name);
        if self.python {
            format!(
                "pip install --index-url {url}/simple/ PACKAGE\nuv pip install --default-index {url}/simple/ PACKAGE"
            )
        } else {
            format!("conda install -c {url} PACKAGE\npixi global install -c {url} PACKAGE")
        }
    }

    /// The commands that upload to it.
    fn upload(&self, base_url: &str) -> String {
        let name = &self.name;
        if self.python {
            format!(
                "twine upload --repository-url {base_url}/{name}/legacy/ -u __token__ dist/*\n\
                 uv publish --publish-url {base_url}/{name}/legacy/ dist/*"
            )
        } else {
            format!(
                "rattler-build upload prefix --url {base_url} --channel {name} --api-key TOKEN PACKAGE.conda"
            )
        }
    }
}

/// A place that a person has to do with.
#[derive(Clone)]
pub struct OwnPlace {
    /// Its local path.
    pub path: String,
    /// Its name.
    pub name: String,
    /// What the person is there, in words.
    pub role: String,
}

/// An invitation that waits for the person's answer.
#[derive(Clone)]
pub struct Waiting {
    /// Its id.
    pub id: String,
    /// Who sent it.
    pub by: String,
    /// What it offers, such as "maintainer of the project pypi/acme".
    pub offer: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What a person has to do with.
#[derive(Clone, Default)]
pub struct Mine {
    /// Invitations that wait for an answer.
    pub invitations: Vec<Waiting>,
    /// Projects.
    pub projects: Vec<OwnPlace>,
    /// Groups.
    pub groups: Vec<OwnPlace>,
}

/// `/`: the channels, with what clients have to be told.
#[derive(Clone, Template)]
#[template(path = "public/home.html")]
pub struct Home {
    /// What all pages share.
    pub shell: Shell,
    /// The URL under which the outside reaches the registry, without a slash at its end.
    pub base_url: String,
    /// The channels.
    pub channels: Vec<Channel>,
    /// What the viewer has to do with, where somebody is signed in.
    pub mine: Option<Mine>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_page_tells_how_to_use_each_channel() {
        let channels = vec![
            Channel { name: "pypi".into(), python: true },
            Channel { name: "main".into(), python: false },
        ];
        let base_url = "https://packages.example/bonded".into();
        let page = Home { shell: Shell::default(), base_url, channels, mine: None }.render().unwrap();
        assert!(page.contains("https://packages.example/bonded/pypi/simple/"));
        assert!(page.contains("-c https://packages.example/bonded/main"));
    }

    #[test]
    fn a_registry_without_public_channels_says_so() {
        let page = Home {
            shell: Shell::default(),
            base_url: "http://localhost".into(),
            channels: Vec::new(),
            mine: None,
        };
        assert!(page.render().unwrap().contains("no public channel"));
    }
}
