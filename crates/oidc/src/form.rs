//! Configurations as people type them, so that neither pages nor the command line know providers.

use std::collections::BTreeMap;
use std::fmt;

/// A field of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name in forms and on the command line.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What to type, in a sentence.
    pub hint: &'static str,
    /// Whether it must not be empty.
    pub required: bool,
    /// How it is filled in.
    pub kind: Kind,
}

/// How a field is filled in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One line.
    Line,
    /// Several lines.
    Lines,
    /// A box that is ticked (`true`) or not (empty or `false`).
    Flag,
    /// One of several values, each with its label; the first is chosen where nothing is.
    Choice(&'static [(&'static str, &'static str)]),
}

impl Field {
    pub(crate) const fn required(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self { name, label, hint, required: true, kind: Kind::Line }
    }

    pub(crate) const fn optional(name: &'static str, label: &'static str, hint: &'static str) -> Self {
        Self { name, label, hint, required: false, kind: Kind::Line }
    }

    pub(crate) const fn of(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }
}

/// What is wrong with what was typed: a sentence for each field.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FieldErrors(pub BTreeMap<&'static str, String>);

impl FieldErrors {
    /// What is wrong with one field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<_> = self.0.iter().map(|(field, text)| format!("{field}: {text}")).collect();
        f.write_str(&errors.join("; "))
    }
}

impl std::error::Error for FieldErrors {}

/// A rule that a value keeps, or what is wrong with it.
pub(crate) type Rule = fn(&str) -> Result<(), &'static str>;

/// A form while it is read.
pub(crate) struct Form<'a> {
    fields: &'a BTreeMap<String, String>,
    errors: FieldErrors,
    kept: bool,
}

impl<'a> Form<'a> {
    pub(crate) fn new(fields: &'a BTreeMap<String, String>) -> Self {
        Self { fields, errors: FieldErrors::default(), kept: false }
    }

    /// A configuration that was written before: what is asked of new ones alone may be missing.
    pub(crate) fn kept(fields: &'a BTreeMap<String, String>) -> Self {
        Self { kept: true, ..Self::new(fields) }
    }

    pub(crate) fn required(&mut self, name: &'static str, rule: Rule) -> String {
        self.optional(name, rule).unwrap_or_else(|| {
            self.errors.0.entry(name).or_insert_with(|| "It must not be empty.".into());
            String::new()
        })
    }

    pub(crate) fn optional(&mut self, name: &'static str, rule: Rule) -> Option<String> {
        let value = self.raw(name)?;
        if let Err(error) = rule(value) {
            self.wrong(name, error);
        }
        Some(value.into())
    }

    /// A value that every new publisher has to have, and that older ones may lack.
    pub(crate) fn required_if_new(&mut self, name: &'static str, rule: Rule) -> Option<String> {
        if self.kept { self.optional(name, rule) } else { Some(self.required(name, rule)) }
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        !matches!(self.raw(name), None | Some("false" | "off" | "no"))
    }

    /// What stands in a field, without spaces around it; `None` where that is nothing.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        self.fields.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    pub(crate) fn wrong(&mut self, name: &'static str, error: impl Into<String>) {
        self.errors.0.entry(name).or_insert_with(|| error.into());
    }

    pub(crate) fn finish<C>(self, config: C) -> Result<C, FieldErrors> {
        if self.errors.0.is_empty() { Ok(config) } else { Err(self.errors) }
    }
}

/// Values as fields; what is not there is left out.
pub(crate) fn fields<const N: usize>(values: [(&str, Option<&str>); N]) -> BTreeMap<String, String> {
    values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
}

/// Rules for values.
pub(crate) mod rule {
    const NAME: &str = "Letters, digits, '-', '_' and '.' only, at most 100.";

    /// A name as hosts of source repositories and CI providers have them.
    pub(crate) fn name(value: &str) -> Result<(), &'static str> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if value.len() > 100 || !value.chars().all(allowed) {
            return Err(NAME);
        }
        match value {
            "." | ".." => Err(NAME),
            _ if value.ends_with(".git") => Err("Without .git at its end."),
            _ => Ok(()),
        }
    }

    /// Names with slashes between them: groups and their subgroups.
    pub(crate) fn path(value: &str) -> Result<(), &'static str> {
        if value.len() > 255 {
            return Err("At most 255 characters.");
        }
        value.split('/').try_for_each(|segment| match segment {
            "" => Err("No slash at its beginning or end, and no two in a row."),
            segment => name(segment),
        })
    }

    /// An id in digits.
    pub(crate) fn digits(value: &str) -> Result<(), &'static str> {
        let right = value.len() <= 20 && value.bytes().all(|byte| byte.is_ascii_digit());
        if right { Ok(()) } else { Err("Digits only: the id, not the name.") }
    }

    /// An id in hexadecimal digits with dashes.
    pub(crate) fn uuid(value: &str) -> Result<(), &'static str> {
        let right = value.len() == 36 && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if right { Ok(()) } else { Err("An id such as 00000000-0000-0000-0000-000000000000.") }
    }

    /// The name of a workflow's file, without its directory.
    pub(crate) fn workflow(value: &str) -> Result<(), &'static str> {
        let stem = value.strip_suffix(".yml").or_else(|| value.strip_suffix(".yaml"));
        if value.contains('/') {
            return Err("The name of the file alone, without its directory.");
        }
        // What stands behind an '@' is a branch or tag, in the claims that the name is compared with.
        if value.contains('@') {
            return Err("It must not have an '@'.");
        }
        match stem {
            Some(stem) if !stem.is_empty() => text(value),
            _ => Err("The name of a file that ends with .yml or .yaml."),
        }
    }

    /// The name of an environment.
    pub(crate) fn environment(value: &str) -> Result<(), &'static str> {
        let forbidden = |c: char| c.is_control() || matches!(c, '\'' | '"' | '`' | ',' | ';' | '\\');
        if value.chars().any(forbidden) {
            return Err("No quotes, commas, semicolons, backslashes or control characters.");
        }
        text(value)
    }

    /// Text in one line, up to 255 bytes.
    pub(crate) fn text(value: &str) -> Result<(), &'static str> {
        if value.len() > 255 || value.chars().any(char::is_control) {
            return Err("One line of at most 255 characters.");
        }
        Ok(())
    }

    /// A branch or tag: `refs/heads/main`.
    pub(crate) fn git_ref(value: &str) -> Result<(), &'static str> {
        text(value)?;
        if value.starts_with("refs/") { Ok(()) } else { Err("In full: refs/heads/main, refs/tags/v1.") }
    }
}
