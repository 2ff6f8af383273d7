//! What is right and what is wrong with an identity token, check by check, without a network: for somebody who wonders
//! why a CI job was refused.

use bonded_model::Timestamp;
use bonded_model::publishing::Issuer;

use crate::verify::{check_audience, check_signature, check_times};
use crate::{Claims, Keys, PublisherConfig, Unverified, Verified, identity};

/// What is known beside the token. Checks for which something is missing are passed over, and say so.
#[derive(Debug)]
pub struct Known<'a> {
    /// Who should have issued it, and how that issuer signs.
    pub issuer: &'a Issuer,
    /// Whether its URL is what the registry knows, and not what the token itself says.
    pub compares_issuer: bool,
    /// The issuer's key set, as it publishes it.
    pub jwks: Option<&'a str>,
    /// The audience of the registry.
    pub audience: Option<&'a str>,
    /// The publisher that it should fit.
    pub publisher: Option<&'a PublisherConfig>,
    /// When it is or was used.
    pub now: Timestamp,
}

/// One check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What is checked, in a word: `form`, `issuer`, `signature`, `audience`, `times`, `identity` or `publisher`.
    pub check: &'static str,
    /// How it went.
    pub outcome: Outcome,
    /// What was found, and what to do.
    pub text: String,
}

/// How a check went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is right.
    Passed,
    /// The registry would refuse the token for it.
    Failed,
    /// Something is missing to tell.
    Skipped,
}

/// All checks, and what the token says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Report {
    /// The checks, in order. A publisher's differences are a check each.
    pub steps: Vec<Step>,
    /// The claims by their names, each in one short line. Not believed where the signature is not.
    pub claims: Vec<(String, String)>,
}

impl Report {
    /// Whether no check failed.
    pub fn passed(&self) -> bool {
        self.steps.iter().all(|step| step.outcome != Outcome::Failed)
    }

    fn add(&mut self, check: &'static str, result: Result<String, String>) {
        let (outcome, text) = match result {
            Ok(text) => (Outcome::Passed, text),
            Err(text) => (Outcome::Failed, text),
        };
        self.steps.push(Step { check, outcome, text });
    }

    fn skip(&mut self, check: &'static str, text: &str) {
        self.steps.push(Step { check, outcome: Outcome::Skipped, text: text.into() });
    }
}

/// Goes through every check, also when one before it failed.
pub fn explain(token: &str, known: &Known<'_>) -> Report {
    let mut report = Report::default();
    let token = match Unverified::parse(token.trim()) {
        Ok(token) => token,
        Err(error) => {
            report.add("form", Err(error.to_string()));
            return report;
        }
    };
    let claims = Claims::new(token.claims.clone());
    report.claims = claims.names().filter_map(|name| Some((name.to_owned(), claims.shown(name)?))).collect();
    report.add("form", Ok("three parts in base64url, two of them JSON".into()));
    explain_issuer(&token, known, &mut report);
    explain_signature(&token, known, &mut report);
    match known.audience {
        None => report.skip("audience", "not checked: no audience was given"),
        Some(audience) => {
            let result = check_audience(&claims, audience).map(|()| format!("it is '{audience}'"));
            report.add("audience", result.map_err(|error| error.to_string()));
        }
    }
    let times = check_times(&claims, known.now);
    report.add("times", times.map(|end| format!("it ends at {end}")).map_err(|error| error.to_string()));
    explain_identity(claims, known, &mut report);
    report
}

fn explain_issuer(token: &Unverified<'_>, known: &Known<'_>, report: &mut Report) {
    let (expected, received) = (&known.issuer.url, crate::claims::shown(token.issuer()));
    if !known.compares_issuer {
        return report.skip("issuer", &format!("not compared: give --issuer; the token says '{received}'"));
    }
    report.add(
        "issuer",
        if token.issuer() == expected {
            Ok(format!("it is '{expected}'"))
        } else {
            Err(format!("it is '{received}', and has to be '{expected}', to the letter"))
        },
    );
}

fn explain_signature(token: &Unverified<'_>, known: &Known<'_>, report: &mut Report) {
    let Some(jwks) = known.jwks else {
        return report
            .skip("signature", "not checked: no key set was given, so anybody may have written the claims");
    };
    let result =
        Keys::parse(jwks).map_err(|error| format!("the key set is not accepted: {error}")).and_then(|keys| {
            check_signature(token, &keys, known.issuer)
                .map_err(|error| format!("{error}; there are: {}", keys.ids().join(", ")))
        });
    report.add("signature", result.map(|()| format!("by the key '{}'", token.key_id().unwrap_or_default())));
}

fn explain_identity(claims: Claims, known: &Known<'_>, report: &mut Report) {
    let verified = Verified { claims, replay_id: String::new(), expires_at: known.now };
    let found = match identity(known.issuer, &verified) {
        Ok(found) => found,
        Err(error) => return report.add("identity", Err(error.to_string())),
    };
    report.add("identity", Ok(format!("a job of '{}'", crate::claims::shown(&found.source.subject))));
    let Some(publisher) = known.publisher else {
        return report.skip("publisher", "not compared: no publisher was given");
    };
    match publisher.check(&found) {
        Ok(()) => report.add("publisher", Ok(format!("it fits {}", publisher.describe()))),
        Err(differences) => {
            for difference in differences {
                report.add("publisher", Err(difference.to_string()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bonded_model::publishing::Provider;
    use chrono::TimeDelta;
    use serde_json::json;

    use super::*;
    use crate::testing::{TestKey, github, issuer, jwks, with};

    const URL: &str = "https://issuer.example";

    fn failed(report: &Report) -> Vec<&'static str> {
        let failed = report.steps.iter().filter(|step| step.outcome == Outcome::Failed);
        failed.map(|step| step.check).collect()
    }

    #[test]
    fn every_check_is_told_although_another_failed() {
        let now = Timestamp::UNIX_EPOCH + TimeDelta::days(20_000);
        let (issuer, key) = (issuer(Provider::GitHub, URL), TestKey::rsa("k1"));
        let publisher = PublisherConfig::from_json(
            r#"{"provider": "github", "owner": "acme", "owner_id": "65", "repository": "rocket", "workflow": "release.yml"}"#,
        )
        .unwrap();
        let keys = jwks(&[&key]);
        let known = Known {
            issuer: &issuer,
            compares_issuer: true,
            jwks: Some(&keys),
            audience: Some("registry.example"),
            publisher: Some(&publisher),
            now,
        };
        let good = explain(&key.sign(&github(URL, "registry.example", now)), &known);
        assert!(good.passed(), "{good:?}");
        assert!(good.steps.iter().all(|step| step.outcome == Outcome::Passed));
        assert!(good.claims.contains(&("repository".into(), "acme/rocket".into())));

        let changes = json!({"aud": "other", "exp": 1, "repository_owner_id": "66", "workflow_ref": "x", "iss": "https://b"});
        let bad = TestKey::other_rsa("k1").sign(&with(github(URL, "", now), changes));
        let report = explain(&bad, &known);
        assert_eq!(failed(&report), ["issuer", "signature", "audience", "times", "publisher", "publisher"]);

        let nothing = Known { compares_issuer: false, jwks: None, audience: None, publisher: None, ..known };
        let report = explain(&key.sign(&github(URL, "x", now)), &nothing);
        let skipped: Vec<_> = report.steps.iter().filter(|step| step.outcome == Outcome::Skipped).collect();
        assert_eq!(skipped.len(), 4);
        assert!(skipped[0].check == "issuer" && skipped[0].text.contains(URL), "{skipped:?}");
        assert!(report.passed());
        assert_eq!(failed(&explain("no token", &nothing)), ["form"]);
    }
}
