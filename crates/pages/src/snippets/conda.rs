//! What conda's clients have to be told with a token.

use super::{Snippet, Target, url_with_token};

impl Target<'_> {
    /// conda understands a token in the channel's URL, but only one that can do nothing but read is taken there.
    pub(super) fn read_conda(&self, only_reads: bool) -> Vec<Snippet> {
        let url = self.url();
        let conda = if only_reads {
            let text = format!("channels:\n  - {}", url_with_token(self.base_url, self.token, self.channel));
            Snippet { title: "conda: sign in", file: "~/.condarc, with mode 600", text }
        } else {
            self.netrc("conda: sign in")
        };
        let install = format!("conda install -c {url} PACKAGE\npixi global install -c {url} PACKAGE");
        let pixi = format!("pixi auth login {} --token \"$BONDED_TOKEN\"", self.host);
        let mut all = vec![conda];
        if only_reads {
            all.extend(self.set_token());
        }
        all.push(Snippet { title: "pixi: sign in", file: "", text: pixi });
        all.push(Snippet { title: "conda and pixi: install", file: "", text: install });
        all
    }

    /// The commands that store a token for conda, which puts it into URLs.
    fn set_token(&self) -> [Snippet; 2] {
        let url = self.url();
        let own = format!("printf %s \"$BONDED_TOKEN\" | bonded conda token set - --channel {url}");
        // It asks for the channel `main` before it keeps the token, whatever the token is for.
        let condas =
            format!("CONDA_TOKEN_REPO_URL={}/repo/ conda token set \"$BONDED_TOKEN\"", self.base_url);
        [
            Snippet { title: "conda, rattler and pixi: Bonded stores the token", file: "", text: own },
            Snippet { title: "conda: conda-token stores the token", file: "", text: condas },
        ]
    }

    pub(super) fn publish_conda(&self) -> Vec<Snippet> {
        let mut all = self.upload_conda();
        let pixi = all.first().map_or_else(String::new, |pixi| pixi.text.clone());
        let actions = format!("- run: {pixi}\n  env:\n    BONDED_TOKEN: ${{{{ secrets.BONDED_TOKEN }}}}");
        all.push(Snippet { title: "GitHub Actions: upload", file: "a step of a workflow", text: actions });
        all
    }

    pub(super) fn upload_conda(&self) -> Vec<Snippet> {
        let (base_url, channel) = (self.base_url, self.channel);
        let pixi = format!("pixi upload prefix -u {base_url} -c {channel} -a \"$BONDED_TOKEN\" FILE.conda");
        let rattler = format!(
            "rattler-build upload prefix --url {base_url} --channel {channel} --api-key \"$BONDED_TOKEN\" FILE.conda"
        );
        vec![
            Snippet { title: "pixi: upload", file: "", text: pixi },
            Snippet { title: "rattler-build: upload", file: "", text: rattler },
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::snippets::{TokenPlace, Uses, snippets};

    #[test]
    fn a_channel_token_comes_with_the_commands_that_store_it() {
        let texts = |only_reads| -> Vec<String> {
            let place = TokenPlace { channel: "team".into(), python: false };
            let uses = Uses { reads: true, publishes: false, only_reads };
            let all = snippets(&place, "https://host.example/registry", "bonded-secret", uses);
            all.into_iter().map(|snippet| snippet.text).collect()
        };
        let (reading, more) = (texts(true), texts(false));
        for command in [
            "printf %s \"$BONDED_TOKEN\" | bonded conda token set - --channel https://host.example/registry/team",
            "CONDA_TOKEN_REPO_URL=https://host.example/registry/repo/ conda token set \"$BONDED_TOKEN\"",
        ] {
            assert!(reading.iter().any(|text| text == command), "{reading:?}");
            assert!(more.iter().all(|text| text != command), "{more:?}");
        }
    }
}
