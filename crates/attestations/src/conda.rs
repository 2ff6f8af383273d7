//! The form of CEP 27: a Sigstore bundle of version 0.3.

use serde::Deserialize;
use serde_json::Value;
use sigstore_verify::types::{Bundle, MediaType};

use crate::statement::Statement;
use crate::{Predicate, Refused, json};

const TYPE: &str = "https://schemas.conda.org/attestations-publish-1.schema.json";
/// The longest URL of a channel, in characters.
const MAX_CHANNEL: usize = 2083;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publish {
    #[serde(rename = "targetChannel")]
    target_channel: Option<String>,
}

/// Reads a bundle.
pub(crate) fn read(text: &str) -> Result<Bundle, Refused> {
    json::check_unique(text.as_bytes()).map_err(Refused::form)?;
    let bundle = Bundle::from_json(text).map_err(Refused::form)?;
    if bundle.media_type() != MediaType::Bundle0_3 {
        return Err(Refused::MediaType(bundle.media_type().to_string()));
    }
    Ok(bundle)
}

/// What the statement says, if it is a publication in one of those channels, or in any.
pub(crate) fn predicate(statement: &Statement, channels: &[String]) -> Result<Predicate, Refused> {
    if statement.predicate_type != TYPE {
        return Err(Refused::PredicateType(statement.predicate_type.chars().take(200).collect(), TYPE));
    }
    let target_channel = match &statement.predicate {
        Value::Null => None,
        predicate => {
            Publish::deserialize(predicate)
                .map_err(|error| Refused::Predicate(error.to_string()))?
                .target_channel
        }
    };
    if let Some(url) = &target_channel {
        check_channel(url, channels)?;
    }
    Ok(Predicate::CondaPublish { target_channel })
}

fn check_channel(url: &str, channels: &[String]) -> Result<(), Refused> {
    if url.chars().count() > MAX_CHANNEL {
        return Err(Refused::Predicate(format!("targetChannel has more than {MAX_CHANNEL} characters")));
    }
    if url.ends_with('/') {
        return Err(Refused::Predicate("targetChannel ends with a slash".into()));
    }
    if channels.iter().any(|channel| channel == url) {
        return Ok(());
    }
    Err(Refused::Channel { found: url.to_owned(), expected: channels.join(" or ") })
}
