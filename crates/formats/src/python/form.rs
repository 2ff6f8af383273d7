//! Compares what an upload form says with what the archive says.

use bonded_model::python::{ProjectName, Version};

use super::CoreMetadata;
use crate::Rejection;

/// Names that some clients give a field: (ours, theirs).
const ALIASES: &[(&str, &str)] = &[
    ("import_name", "import_names"),
    ("import_namespace", "import_namespaces"),
    ("license_files", "license_file"),
];

/// Checks that an upload form contradicts the archive in nothing. The archive is what people install, so only its
/// metadata is ever kept; but a form that says something else is a mistake or a lie, and is refused.
///
/// `form` holds the text fields in the order of the request, with repeated names. Fields that the form leaves out, or
/// leaves empty, contradict nothing: no client sends all of them. White space does not count, because clients unfold
/// long headers in their own ways. `metadata_version` is not compared: flit sends the one it knows best.
///
/// # Errors
/// [`Rejection::Invalid`], with a text that names the field.
pub fn agrees_with_form(metadata: &CoreMetadata, form: &[(String, String)]) -> Result<(), Rejection> {
    for value in values(form, "name") {
        let same = value.parse::<ProjectName>().is_ok_and(|name| name == metadata.name);
        require(same, "name", &[value], &[metadata.name.as_given()])?;
    }
    for value in values(form, "version") {
        let same = value.parse::<Version>().is_ok_and(|version| version == metadata.version);
        require(same, "version", &[value], &[&metadata.version.to_string()])?;
    }
    for (field, archived) in metadata.single_fields() {
        let archived = archived.unwrap_or_default();
        for value in values(form, field) {
            require(same_text(field, value, archived), field, &[value], &[archived])?;
        }
    }
    for (field, archived) in metadata.multiple_fields() {
        let given: Vec<&str> = values(form, field).collect();
        let archived: Vec<&str> =
            archived.iter().map(String::as_str).filter(|value| is_said(value)).collect();
        require(given.is_empty() || same_list(field, &given, &archived), field, &given, &archived)?;
    }
    Ok(())
}

/// The values that the form gives a field.
fn values<'a>(form: &'a [(String, String)], field: &str) -> impl Iterator<Item = &'a str> {
    let alias = ALIASES.iter().find(|(ours, _)| *ours == field).map(|(_, theirs)| *theirs);
    let named = move |name: &str| name == field || Some(name) == alias;
    form.iter()
        .filter(move |(name, _)| named(name))
        .map(|(_, value)| value.as_str())
        .filter(|value| is_said(value))
}

fn is_said(value: &str) -> bool {
    !value.trim().is_empty() && value != "UNKNOWN"
}

fn same_text(field: &str, given: &str, archived: &str) -> bool {
    let (given, plain) = (fold(field, given), fold(field, archived));
    // Some clients decode the encoded words of RFC 2047, which old tools wrote.
    given == plain || archived.contains("=?") && given == fold(field, &decoded(archived))
}

fn same_list(field: &str, given: &[&str], archived: &[&str]) -> bool {
    if field == "project_urls" {
        // uv sends one URL for each label.
        return given.iter().all(|value| archived.iter().any(|other| same_text(field, value, other)));
    }
    let folded = |values: &[&str]| {
        let mut folded: Vec<String> = values.iter().map(|value| fold(field, value)).collect();
        folded.sort_unstable();
        folded
    };
    folded(given) == folded(archived)
}

/// A value without what clients change on the way: white space everywhere, the spelling of extras in requirements.
fn fold(field: &str, value: &str) -> String {
    let value: String = value.split_whitespace().collect();
    match field {
        "requires_dist" | "provides_extra" => value.to_ascii_lowercase().replace('_', "-").replace('"', "'"),
        _ => value,
    }
}

fn decoded(value: &str) -> String {
    let header = format!("X: {value}");
    mailparse::parse_header(header.as_bytes()).map(|(header, _)| header.get_value()).unwrap_or_default()
}

fn require(same: bool, field: &str, given: &[&str], archived: &[&str]) -> Result<(), Rejection> {
    if same {
        return Ok(());
    }
    Err(Rejection::Invalid(format!(
        "the upload form and the archive disagree about {field}: the form says {}, the archive says {}",
        shown(given),
        shown(archived)
    )))
}

fn shown(values: &[&str]) -> String {
    let short = |value: &&str| format!("{:?}", value.chars().take(80).collect::<String>());
    let mut texts: Vec<String> = values.iter().filter(|value| is_said(value)).take(4).map(short).collect();
    match values.len() {
        _ if texts.is_empty() => "nothing".to_owned(),
        5.. => {
            texts.push("…".to_owned());
            texts.join(", ")
        }
        _ => texts.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = "Metadata-Version: 2.3\nName: Some.Thing\nVersion: 1.0\nSummary: A thing\n  of two lines\n\
        Keywords: one, two\nRequires-Python: >=3.9, <4\nClassifier: A\nClassifier: B\nAuthor: =?utf-8?q?J=C3=BCrgen?=\n\
        Requires-Dist: x>=1 ; extra == \"y_z\"\nProject-URL: Docs, https://one.example\n\
        Project-URL: Docs, https://two.example\nLicense-File: LICENSE\n\nHello\nWorld\n";

    fn check(form: &[(&str, &str)]) -> Result<(), Rejection> {
        let form: Vec<_> =
            form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        agrees_with_form(&CoreMetadata::parse(METADATA.as_bytes()).unwrap(), &form)
    }

    #[test]
    fn honest_forms_agree_however_their_client_spells_things() {
        for form in [
            &[][..],
            // twine: safe name, raw header with its fold, keywords joined anew, no licence files before 2.4.
            &[("name", "Some.Thing"), ("summary", "A thing\n  of two lines"), ("keywords", "one, two")],
            &[("author", "=?utf-8?q?J=C3=BCrgen?="), ("description", "Hello\nWorld\n")],
            &[("project_urls", "Docs, https://two.example"), ("classifiers", "B"), ("classifiers", "A")],
            // uv: unfolded and decoded headers, empty requires_python, one URL for each label.
            &[("name", "some-thing"), ("summary", "A thing of two lines"), ("keywords", "one, two")],
            &[("author", "Jürgen"), ("requires_python", ""), ("license_file", "LICENSE"), ("version", "1.0")],
            // flit: another metadata version, extras normalized.
            &[
                ("metadata_version", "2.1"),
                ("requires_dist", "x>=1 ; extra == 'y-z'"),
                ("description", "Hello\r\nWorld"),
            ],
            // Fields that are no metadata, and the word for nothing.
            &[
                (":action", "file_upload"),
                ("home_page", "UNKNOWN"),
                ("comment", "any"),
                ("sha256_digest", "00"),
            ],
        ] {
            assert_eq!(check(form), Ok(()), "{form:?}");
        }
    }

    #[test]
    fn a_form_that_says_something_else_is_refused_and_the_field_is_named() {
        for (field, value) in [
            ("name", "other"),
            ("name", "not a name"),
            ("version", "1.1"),
            ("summary", "Another"),
            ("description", "Hello"),
            ("keywords", "one"),
            ("requires_python", ">=3.8"),
            ("classifiers", "A"),
            ("requires_dist", "x>=1"),
            ("project_urls", "Docs, https://three.example"),
            ("author", "Jurgen"),
            ("home_page", "https://evil.example"),
            ("import_names", "evil"),
        ] {
            let text = check(&[(field, value)]).unwrap_err().to_string();
            assert!(text.contains(field.trim_end_matches("names")), "{text}");
        }
        assert!(check(&[("classifiers", "A"), ("classifiers", "B"), ("classifiers", "B")]).is_err());
        assert!(check(&[("summary", "A thing of two lines"), ("summary", "Another")]).is_err());
    }

    #[test]
    fn refusals_are_short() {
        let text = check(&[("summary", &"x".repeat(10_000))]).unwrap_err().to_string();
        assert!(text.len() < 300, "{text}");
    }
}
