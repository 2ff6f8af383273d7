//! Recovery codes.

use askama::Template;
use bonded_model::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Field, Shell, filters};

/// `/account/recovery-codes`, and what follows a wrong confirmation. Making posts to the same path; confirming posts
/// `code` to `/account/recovery-codes/confirm`.
#[derive(Clone, Template)]
#[template(path = "account/recovery_codes.html")]
pub struct RecoveryCodes {
    /// What all pages share.
    pub shell: Shell,
    /// How many of the confirmed set are left, where there is one.
    pub left: Option<usize>,
    /// When that set was made.
    pub made_at: Option<Timestamp>,
    /// Whether a new set waits to be confirmed.
    pub unconfirmed: bool,
    /// The code typed back; never with a value.
    pub code: Field,
}

impl RecoveryCodes {
    /// Making codes is the thing to do only where there are none.
    const fn make_class(&self) -> &'static str {
        if self.left.is_none() && !self.unconfirmed { "" } else { "button-quiet" }
    }
}

/// What follows the making: the codes themselves, shown once.
#[derive(Clone, Template)]
#[template(path = "account/new_recovery_codes.html")]
pub struct NewRecoveryCodes {
    /// What all pages share.
    pub shell: Shell,
    /// The account's name.
    pub name: String,
    /// The codes as people write them down.
    pub codes: Vec<String>,
    /// Whether an older set works until this one is confirmed.
    pub replaces: bool,
    /// The code typed back; never with a value.
    pub code: Field,
}

impl NewRecoveryCodes {
    /// The name of the file to keep.
    fn file_name(&self) -> String {
        format!("recovery-codes-{}.txt", self.name)
    }

    /// The codes as a file, in the link itself: so it needs neither a script nor a second request, which would mean to
    /// keep the codes.
    fn download(&self) -> String {
        let mut text = format!("Recovery codes of {} at {}\n\n", self.name, self.shell.instance);
        for code in &self.codes {
            text.push_str(code);
            text.push('\n');
        }
        text.push_str("\nEach code works once. Keep them where your phone and your keys are not.\n");
        format!("data:text/plain;charset=utf-8,{}", utf8_percent_encode(&text, NON_ALPHANUMERIC))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_to_keep_holds_every_code() {
        let page = NewRecoveryCodes {
            shell: Shell { instance: "packages.example".into(), ..Shell::default() },
            name: "ada".into(),
            codes: vec!["abcde-fghij-kmnpq".into(), "23456-789ab-cdefg".into()],
            replaces: false,
            code: Field::default(),
        };
        let link = page.download();
        let encoded = link.strip_prefix("data:text/plain;charset=utf-8,").unwrap();
        let text = percent_encoding::percent_decode_str(encoded).decode_utf8().unwrap();
        assert!(text.starts_with("Recovery codes of ada at packages.example\n"));
        assert!(text.contains("\nabcde-fghij-kmnpq\n23456-789ab-cdefg\n"));
    }
}
