//! Specifications as people write them.

use std::sync::Arc;

use rattler_conda_types::{Channel, MatchSpec, PackageNameMatcher, ParseStrictness, PrefixRecord};

use super::PlanError;
use crate::channel::ChannelRef;

/// Reads specifications. Archives by URL are not taken: nothing would say who made them.
pub(super) fn parse(texts: &[String], channels: &[ChannelRef]) -> Result<Vec<MatchSpec>, PlanError> {
    texts.iter().map(|text| one(text, channels)).collect()
}

fn one(text: &str, channels: &[ChannelRef]) -> Result<MatchSpec, PlanError> {
    let mut spec = read(text)?;
    if let Some(channel) = &spec.channel {
        let channel = meant(channel, text.contains("://"), channels).map_err(|reason| wrong(text, reason))?;
        spec.channel = Some(Arc::new(channel.to_rattler()));
    }
    Ok(spec)
}

/// What was asked for earlier, perhaps of a channel that this command has not: then the rest of it counts.
fn earlier(text: &str, channels: &[ChannelRef]) -> Result<MatchSpec, PlanError> {
    one(text, channels).or_else(|_| Ok(MatchSpec { channel: None, ..read(text)? }))
}

fn read(text: &str) -> Result<MatchSpec, PlanError> {
    let spec = MatchSpec::from_str(text, ParseStrictness::Lenient)
        .map_err(|error| wrong(text, error.to_string()))?;
    if !matches!(spec.name, PackageNameMatcher::Exact(_)) || spec.url.is_some() {
        return Err(wrong(text, "give a package's name, and a version if it matters".to_owned()));
    }
    Ok(spec)
}

fn wrong(text: &str, reason: String) -> PlanError {
    PlanError::Spec { text: text.to_owned(), reason }
}

/// The command's channel that a specification names, by its URL or as the plan names it. The parser has looked for names where
/// conda's clients look without a configuration.
fn meant<'a>(named: &Channel, by_url: bool, channels: &'a [ChannelRef]) -> Result<&'a ChannelRef, String> {
    let url = ChannelRef::parse_url(named.base_url.as_str()).ok();
    if let Some(same) =
        channels.iter().find(|channel| url.as_ref().is_some_and(|url| url.url() == channel.url()))
    {
        return Ok(same);
    }
    let name = format!("/{}", named.name());
    let called: Vec<_> =
        channels.iter().filter(|channel| !by_url && channel.text().ends_with(&name)).collect();
    match (&called[..], by_url) {
        ([channel], _) => Ok(*channel),
        ([], true) => Err("its channel is not one of this command: name it with --channel too".to_owned()),
        ([], false) => Err(format!(
            "no channel of this command is called {:?}: name it with --channel too",
            named.name()
        )),
        _ => Err(format!("several channels of this command are called {:?}: give its URL", named.name())),
    }
}

/// What is asked for now, what was asked for before, and whatever else is there: nothing goes because it is not
/// mentioned.
pub(super) fn with_installed(
    specs: &[MatchSpec],
    installed: &[PrefixRecord],
    channels: &[ChannelRef],
) -> Result<Vec<MatchSpec>, PlanError> {
    let mut all = specs.to_vec();
    for record in installed {
        let name = &record.repodata_record.package_record.name;
        let is_named =
            specs.iter().any(|spec| matches!(&spec.name, PackageNameMatcher::Exact(named) if named == name));
        if is_named {
            continue;
        }
        // What conda wrote there may be nothing that anybody can read; then the name is asked for.
        let before: Result<Vec<_>, _> =
            record.requested_specs.iter().map(|text| earlier(text, channels)).collect();
        let before = before.unwrap_or_default();
        match before.is_empty() {
            true => all.extend(parse(&[name.as_normalized().to_owned()], channels)?),
            false => all.extend(before),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNELS: [&str; 3] = ["https://h/team", "https://h/x/other", "https://g/x/other"];

    fn channel_of(text: &str) -> Result<String, String> {
        let channels = CHANNELS.map(|url| ChannelRef::parse_url(url).unwrap());
        let spec = one(text, &channels).map_err(|error| error.to_string())?;
        Ok(spec.channel.unwrap().base_url.to_string())
    }

    #[test]
    fn a_channel_before_a_package_is_one_of_the_command() {
        for text in [
            "team::tool",
            "team::tool >=1",
            "team/noarch::tool",
            "tool[channel=team]",
            "https://h/team::tool",
        ] {
            assert_eq!(channel_of(text).as_deref(), Ok("https://h/team/"), "{text}");
        }
        assert_eq!(channel_of("https://g/x/other::tool").as_deref(), Ok("https://g/x/other/"));
    }

    #[test]
    fn what_was_asked_for_of_another_channel_keeps_its_version() {
        let channels = CHANNELS.map(|url| ChannelRef::parse_url(url).unwrap());
        let spec = earlier("absent::tool=3.11", &channels).unwrap();
        assert!(spec.channel.is_none() && spec.version.is_some());
        assert!(earlier("team::tool", &channels).unwrap().channel.is_some());
    }

    #[test]
    fn a_channel_that_the_command_has_not_is_refused_by_a_text_that_says_so() {
        for (text, reason) in [
            ("absent::tool", "no channel of this command is called \"absent\""),
            ("eam::tool", "no channel of this command is called \"eam\""),
            ("https://g/team::tool", "its channel is not one of this command"),
            ("other::tool", "several channels of this command are called \"other\""),
        ] {
            let error = channel_of(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
