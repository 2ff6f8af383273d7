//! The design system, shown by itself.

use askama::Template;

use crate::{Field, Notice, Shell};

/// `/account/design`: tokens and components.
#[derive(Clone, Template)]
#[template(path = "public/design.html")]
pub struct Design {
    /// What all pages share.
    pub shell: Shell,
    plain: Field,
    wrong: Field,
    secret: Field,
}

impl Design {
    /// The page.
    pub fn new(shell: Shell) -> Self {
        let wrong =
            Field::of("ada@").with_error(Some("“ada@” is not an e-mail address. Is the end missing?"));
        Self { shell, plain: Field::of("A value"), wrong, secret: Field::default() }
    }

    const fn colours(&self) -> [&'static str; 14] {
        [
            "paper", "card", "sunken", "line", "edge", "ink", "quiet", "accent", "link", "focus", "done",
            "info", "warning", "error",
        ]
    }

    fn notices(&self) -> [Notice; 4] {
        [
            Notice::done("The address is verified."),
            Notice::info("A recovery is waiting for a second administrator."),
            Notice::warning("Two recovery codes are left. Make new ones soon."),
            Notice::error("The code is wrong. Wait for the next one and try again."),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets;

    #[test]
    fn every_colour_that_is_shown_exists_in_both_schemes() {
        for colour in Design::new(Shell::default()).colours() {
            let token = format!("--{colour}:");
            assert_eq!(assets::stylesheet().body.matches(&token).count() / 2, 1, "{token}");
        }
    }
}
