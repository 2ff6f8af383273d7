//! What all pages share.

use crate::assets;
use crate::notice::Notice;

/// Who looks at a page.
#[derive(Clone)]
pub struct Viewer {
    /// The account's name.
    pub name: String,
    /// Whether the pages of administrators are offered.
    pub admin: bool,
}

/// Why a session reaches only the pages that mend it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fence {
    /// No address is verified yet.
    Unverified,
    /// A second factor is required.
    SecondFactor,
    /// A security key or passkey is required.
    Key,
}

impl Fence {
    /// What is missing.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Unverified => "Verify your e-mail address",
            Self::SecondFactor => "Add a second factor",
            Self::Key => "Add a security key or a passkey",
        }
    }

    /// Why it matters and what to do.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unverified => {
                "We sent a message with a link to your address. Until you open it, you can only look after your own \
                 account."
            }
            Self::SecondFactor => {
                "A password alone is not enough here for what your account may do. Until you add a second \
                 factor, you can only look after your own account."
            }
            Self::Key => {
                "This registry asks for a factor that a false sign-in page cannot steal: a security key or a passkey. \
                 Until you add one, you can only look after your own account."
            }
        }
    }

    /// The page that mends it.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Unverified => "/account/emails",
            Self::SecondFactor => "/account/security",
            Self::Key => "/account/keys/new",
        }
    }

    /// The words of the link to it.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Unverified => "See your addresses",
            Self::SecondFactor => "Choose a second factor",
            Self::Key => "Add a key or passkey",
        }
    }
}

/// What all pages share: where they are, who looks, and what is said above the content.
#[derive(Clone, Default)]
pub struct Shell {
    /// The path under which a reverse proxy shows the registry: empty, or beginning with `/` and not ending with it.
    pub prefix: String,
    /// The nonce of this answer's content security policy.
    pub nonce: String,
    /// The token that every form sends back; empty where it is not known who looks.
    pub csrf: String,
    /// The registry's name; empty where nobody knows it.
    pub instance: String,
    /// Who is signed in.
    pub viewer: Option<Viewer>,
    /// What keeps the viewer from going on.
    pub fence: Option<Fence>,
    /// What is said above the content.
    pub notice: Option<Notice>,
    /// Whether it is said that packages are signed under a root whose key is on the server.
    pub development_root: bool,
}

impl Shell {
    /// The same shell with a notice.
    #[must_use]
    pub fn with_notice(self, notice: Notice) -> Self {
        Self { notice: Some(notice), ..self }
    }

    /// What the registry is called.
    pub(crate) fn name(&self) -> &str {
        if self.instance.is_empty() { "Bonded" } else { &self.instance }
    }

    /// The address of the stylesheet.
    pub fn stylesheet(&self) -> String {
        self.asset(assets::stylesheet())
    }

    /// The address of the script.
    pub fn script(&self) -> String {
        self.asset(assets::script())
    }

    /// The address of the icon.
    pub fn icon(&self) -> String {
        self.asset(assets::icon())
    }

    fn asset(&self, asset: &assets::Asset) -> String {
        format!("{}/static/{}", self.prefix, asset.name)
    }
}
