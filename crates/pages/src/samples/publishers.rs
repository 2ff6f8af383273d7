//! Samples of the pages about trusted publishers and who issues their identities.

use bonded_model::publishing::{Provider, Source};

use super::{HOSTILE, Sample, administrator, hostile, hours, places, projects, sample, signed_in};
use crate::Field;
use crate::account::{NewPendingPublisher, PendingPublishers};
use crate::admin::{Choice, IssuerRow, Issuers, NewIssuer};
use crate::places::{
    FormField, Head, Input, IssuerChoice, NewPublisher, PublisherRow, Publishers, Reach, Refused, Subject,
    Tab,
};

pub(super) fn samples() -> Vec<Sample> {
    [lists(), forms(), pending(), issuers()].into_iter().flatten().collect()
}

/// A run in a source repository.
pub(crate) fn source(repository: &str) -> Source {
    Source {
        provider: Provider::GitHub,
        issuer: "https://issuer.example".into(),
        subject: format!("repo:{repository}:environment:release"),
        repository: Some(repository.into()),
        repository_url: Some(format!("https://github.example/{repository}")),
        git_ref: Some("refs/tags/v1.4.2".into()),
        commit: Some("ca7ac49f0e1d2c3b4a5968778695a4b3c2d1e0f9".into()),
        workflow: Some(".github/workflows/release.yml".into()),
        run: Some("7123456789".into()),
        run_url: Some(format!("https://github.example/{repository}/actions/runs/7123456789")),
        environment: Some("release".into()),
        event: Some("push".into()),
        protected: Some(true),
        owner_id: Some("65".into()),
        repository_id: Some("74".into()),
    }
}

fn publisher() -> PublisherRow {
    PublisherRow {
        id: "0199".into(),
        identity: "GitHub Actions: acme/rocket, release.yml, environment release".into(),
        issuer: "GitHub".into(),
        reach: String::new(),
        added_at: hours(0),
        added_by: "ada".into(),
        ends_at: None,
        used: Some((hours(3), Some(source("acme/rocket")))),
        warnings: Vec::new(),
        refused: None,
        narrow_to: None,
        changeable: true,
    }
}

fn loose_publisher() -> PublisherRow {
    PublisherRow {
        reach: "Projects acme-* of the channel pypi".into(),
        used: None,
        warnings: vec!["No environment is required.".into(), "It was never used.".into()],
        refused: Some(Refused {
            at: hours(4),
            text: "workflow: expected 'a.yml', received 'b.yml'\nref: main".into(),
        }),
        narrow_to: Some("release".into()),
        ..publisher()
    }
}

fn hostile_publisher() -> PublisherRow {
    PublisherRow {
        identity: HOSTILE.into(),
        issuer: HOSTILE.into(),
        reach: HOSTILE.into(),
        added_by: HOSTILE.into(),
        used: Some((hours(1), Some(Source { run_url: Some(HOSTILE.into()), ..source(HOSTILE) }))),
        warnings: vec![HOSTILE.into()],
        refused: Some(Refused { at: hours(4), text: HOSTILE.into() }),
        narrow_to: Some(HOSTILE.into()),
        ..publisher()
    }
}

fn pending_publisher() -> PublisherRow {
    PublisherRow {
        reach: "The project rocket in the channel pypi".into(),
        ends_at: Some(hours(720)),
        used: None,
        ..publisher()
    }
}

fn issuer(name: &str) -> IssuerChoice {
    IssuerChoice { id: "0198".into(), name: name.into() }
}

fn group_head() -> Head {
    Head {
        subject: Subject::Group,
        tabs: vec![Tab::Overview, Tab::Publishers],
        ..projects::head(Tab::Publishers)
    }
}

fn lists() -> Vec<Sample> {
    let project = Publishers {
        shell: signed_in(),
        head: projects::head(Tab::Publishers),
        publishers: vec![publisher(), loose_publisher()],
        issuers: vec![issuer("GitHub"), issuer("GitLab.com")],
        adds: true,
        reserves: None,
    };
    let channel = Publishers {
        head: places::head(Tab::Publishers),
        publishers: vec![loose_publisher(), pending_publisher()],
        reserves: Some(true),
        ..project.clone()
    };
    let group = Publishers {
        head: group_head(),
        publishers: vec![PublisherRow { changeable: false, ..loose_publisher() }],
        adds: false,
        ..project.clone()
    };
    let hostile = Publishers {
        shell: hostile(),
        head: places::hostile_head(Tab::Publishers),
        publishers: vec![hostile_publisher()],
        issuers: vec![issuer(HOSTILE)],
        ..channel.clone()
    };
    let empty = Publishers { publishers: Vec::new(), issuers: Vec::new(), ..project.clone() };
    vec![
        sample("publishers", project),
        sample("publishers.channel", channel),
        sample("publishers.group", group),
        sample("publishers.hostile", hostile),
        sample("publishers.empty", empty),
    ]
}

fn fields(value: &str, error: Option<&str>) -> Vec<FormField> {
    let field = |name: &str, required, input| FormField {
        name: name.into(),
        label: "Source repository".into(),
        hint: "Its name, without the owner.".into(),
        required,
        input,
        field: Field::of(value).with_error(error),
    };
    let choices = vec![("one".into(), "The first".into()), (value.to_owned(), value.to_owned())];
    vec![
        field("owner", true, Input::Line),
        field("claims", false, Input::Lines),
        field("protected_ref_only", false, Input::Flag),
        field("calls", true, Input::Choice(choices)),
    ]
}

fn forms() -> Vec<Sample> {
    let project = NewPublisher {
        shell: signed_in(),
        head: projects::head(Tab::Publishers),
        issuer: issuer("GitHub"),
        reach: Reach::Project,
        fields: fields("", None),
    };
    let wrong = Field::of(HOSTILE).with_error(Some("a prefix has at least two characters"));
    let refused = NewPublisher {
        shell: hostile(),
        head: places::hostile_head(Tab::Publishers),
        issuer: issuer(HOSTILE),
        reach: Reach::Prefix(wrong.clone()),
        fields: fields(HOSTILE, Some("letters and digits only")),
    };
    let group = NewPublisher {
        head: group_head(),
        reach: Reach::InChannel { channel: wrong.clone(), prefix: wrong },
        ..project.clone()
    };
    vec![
        sample("new-publisher", project),
        sample("new-publisher.refused", refused),
        sample("new-publisher.group", group),
    ]
}

fn pending() -> Vec<Sample> {
    let own = PendingPublishers {
        shell: signed_in(),
        publishers: vec![
            pending_publisher(),
            PublisherRow { ends_at: Some(hours(1)), ..hostile_publisher() },
        ],
        issuers: vec![issuer("GitHub")],
    };
    let none = PendingPublishers { publishers: Vec::new(), ..own.clone() };
    let new = NewPendingPublisher {
        shell: signed_in(),
        issuer: issuer("GitHub"),
        channel: Field::default(),
        name: Field::default(),
        fields: fields("", None),
    };
    let refused = NewPendingPublisher {
        shell: hostile(),
        channel: Field::of(HOSTILE).with_error(Some("there is no such channel")),
        name: Field::of(HOSTILE).with_error(Some("that is no name")),
        fields: fields(HOSTILE, Some("letters and digits only")),
        ..new.clone()
    };
    vec![
        sample("pending", own),
        sample("pending.none", none),
        sample("new-pending", new),
        sample("new-pending.refused", refused),
    ]
}

fn issuer_row(id: &str) -> IssuerRow {
    IssuerRow {
        id: id.into(),
        name: "GitHub".into(),
        url: "https://issuer.example".into(),
        provider: "GitHub Actions".into(),
        algorithm: "RS256".into(),
        enabled: true,
        private_network: false,
        server: None,
        publishers: 12,
        keys_at: Some(hours(2)),
        failed_at: None,
    }
}

fn issuers() -> Vec<Sample> {
    let choice = |value: &str| Choice { value: value.into(), words: value.into() };
    let list = Issuers {
        shell: administrator(),
        switched_off: false,
        audience: "packages.example".into(),
        issuers: vec![
            issuer_row("one"),
            IssuerRow {
                name: HOSTILE.into(),
                url: HOSTILE.into(),
                enabled: false,
                private_network: true,
                server: Some(HOSTILE.into()),
                publishers: 1,
                keys_at: None,
                failed_at: Some(hours(3)),
                ..issuer_row("two")
            },
            IssuerRow { publishers: 0, ..issuer_row("three") },
        ],
        new: NewIssuer {
            url: Field::default(),
            name: Field::default(),
            provider: "github".into(),
            algorithm: "RS256".into(),
            server: Field::default(),
            private_network: false,
        },
        providers: vec![choice("github"), choice("gitlab")],
        algorithms: vec![choice("RS256"), choice("ES256")],
    };
    let refused = Issuers {
        shell: hostile(),
        switched_off: true,
        new: NewIssuer {
            url: Field::of(HOSTILE).with_error(Some("that is no URL")),
            name: Field::of(HOSTILE).with_error(Some("that is too long")),
            server: Field::of(HOSTILE).with_error(Some("that is no URL either")),
            private_network: true,
            ..list.new.clone()
        },
        ..list.clone()
    };
    vec![sample("issuers", list), sample("issuers.refused", refused)]
}
