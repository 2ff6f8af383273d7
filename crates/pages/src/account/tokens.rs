//! API tokens: the list, the form for a new one, and the one time that a new one is shown.

use askama::Template;
use bonded_model::Timestamp;

use crate::snippets::{Snippet, TokenPlace, Uses, snippets, url_with_token};
use crate::{Field, Shell, filters};

/// One token.
#[derive(Clone)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// The name that tells it from others.
    pub name: String,
    /// What it may do, in words.
    pub may: String,
    /// Where it may do that, in words.
    pub scope: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// Whether the operator issued it.
    pub by_operator: bool,
    /// The name of the token that its secret came from, and that it ends with.
    pub minted_by: Option<String>,
    /// Whether it was revoked or has expired.
    pub dead: bool,
    /// From where it was last used; empty where nobody knows.
    pub used_from: String,
    /// The program that used it last; empty where nobody knows.
    pub used_by: String,
    /// From where it works; empty for everywhere.
    pub networks: String,
    /// Whether it was seen where it leaks.
    pub leaked: bool,
    /// Whether it ends soon.
    pub ends_soon: bool,
    /// Whether nobody used it for a long time.
    pub unused: bool,
    /// A project that it is for or published to and that has a trusted publisher, as `channel/project`.
    pub publisher_instead: Option<String>,
    /// The one project that it publishes to although it may publish elsewhere too, as `channel/project`.
    pub only_project: Option<String>,
}

/// `/account/tokens`. Revoking posts to `/account/tokens/{id}/revoke`.
#[derive(Clone, Template)]
#[template(path = "account/tokens.html")]
pub struct Tokens {
    /// What all pages share.
    pub shell: Shell,
    /// The tokens, the newest first.
    pub tokens: Vec<Token>,
}

/// Something that can be ticked.
#[derive(Clone)]
pub struct Choice {
    /// The name of its field; the value is `yes`.
    pub field: String,
    /// What stands beside the box.
    pub label: String,
    /// What it means; empty where that is plain.
    pub hint: &'static str,
    /// Whether it is ticked.
    pub ticked: bool,
}

/// How long a token may live.
#[derive(Clone)]
pub struct Lifetime {
    /// What the form sends.
    pub value: &'static str,
    /// The same in words.
    pub words: &'static str,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// `/account/tokens/new`, which posts to `/account/tokens`.
#[derive(Clone, Template)]
#[template(path = "account/new_token.html")]
pub struct NewToken {
    /// What all pages share.
    pub shell: Shell,
    /// What the token is called.
    pub name: Field,
    /// What it may do.
    pub verbs: Vec<Choice>,
    /// What is wrong with that.
    pub verbs_error: Option<String>,
    /// Whether it is limited to places.
    pub limited: bool,
    /// The channels that it can be limited to.
    pub channels: Vec<Choice>,
    /// The projects that it can be limited to.
    pub projects: Vec<Choice>,
    /// Another project, as `channel/project`; for those who may look after more than are listed.
    pub project: Option<Field>,
    /// What is wrong with the places.
    pub scope_error: Option<String>,
    /// How long it can live.
    pub lifetimes: Vec<Lifetime>,
    /// What is wrong with how long it lives.
    pub lifetime_error: Option<String>,
    /// From where it works.
    pub networks: Field,
}

/// `/account/tokens/{id}`. Narrowing posts to the same path, a new secret to `/account/tokens/{id}/rotate`.
#[derive(Clone, Template)]
#[template(path = "account/token.html")]
pub struct EditToken {
    /// What all pages share.
    pub shell: Shell,
    /// The token as it is.
    pub token: Token,
    /// The lifetimes that a new secret can come with.
    pub renewals: Vec<Lifetime>,
    /// What is wrong with that.
    pub renewal_error: Option<String>,
    /// The verbs that it has.
    pub verbs: Vec<Choice>,
    /// What is wrong with those that are left.
    pub verbs_error: Option<String>,
    /// The places that it has, or could be limited to.
    pub places: Vec<Choice>,
    /// Another project, as `channel/project`; for those who may look after more than are listed.
    pub project: Option<Field>,
    /// Whether it is limited to places already.
    pub limited: bool,
    /// Whether whole channels are among the places.
    pub has_channels: bool,
    /// What is wrong with the places.
    pub scope_error: Option<String>,
    /// The earlier ends to choose from.
    pub lifetimes: Vec<Lifetime>,
    /// What is wrong with the end.
    pub lifetime_error: Option<String>,
    /// From where it works.
    pub networks: Field,
}

/// What follows the making: the token itself, shown once.
#[derive(Clone, Template)]
#[template(path = "account/issued_token.html")]
pub struct IssuedToken {
    /// What all pages share.
    pub shell: Shell,
    /// What the token is called.
    pub name: String,
    /// The token.
    pub secret: String,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// Until when the secret before this one works, where it gives way to this one.
    pub previous_until: Option<Timestamp>,
    /// What it may do.
    pub uses: Uses,
    /// The URL under which the outside reaches the registry, without a slash at its end.
    pub base_url: String,
    /// The channels that it reaches into.
    pub places: Vec<TokenPlace>,
}

impl IssuedToken {
    fn snippets(&self, place: &TokenPlace) -> Vec<Snippet> {
        snippets(place, &self.base_url, &self.secret, self.uses)
    }

    /// The finished URL of a conda channel, where the token may stand in one.
    fn channel_url(&self, place: &TokenPlace) -> Option<String> {
        let fits = self.uses.only_reads && !place.python;
        fits.then(|| url_with_token(&self.base_url, &self.secret, &place.channel))
    }
}

/// `/account/tokens/channel`: a token that can do nothing but read one conda channel.
#[derive(Clone, Template)]
#[template(path = "account/new_channel_token.html")]
pub struct NewChannelToken {
    /// What all pages share.
    pub shell: Shell,
    /// What the token is called.
    pub name: Field,
    /// The channels to choose from.
    pub channels: Vec<String>,
    /// The chosen one.
    pub channel: String,
    /// What is wrong with the channel.
    pub channel_error: Option<String>,
    /// How long the token can live.
    pub lifetimes: Vec<Lifetime>,
    /// What is wrong with how long it lives.
    pub lifetime_error: Option<String>,
    /// From where it works.
    pub networks: Field,
}
