//! Samples of the pages about projects, releases and files.

use super::places::switches;
use super::publishers::source;
use super::{HOSTILE, Sample, hostile, hours, sample, signed_in, stranger};
use crate::places::{
    Alarm, Delete, Doomed, Fact, File, Head, Origins, Project, ProjectSettings, Provenance, Release,
    ReleasePage, ReleaseRow, Rights, SignedBy, Standing, Status, Subject, Tab,
};
use crate::{Field, Shell};

pub(super) fn samples() -> Vec<Sample> {
    [projects(), releases(), settings(), deletions()].into_iter().flatten().collect()
}

/// A project as its owners see it.
pub(super) fn head(here: Tab) -> Head {
    let subject = Subject::Project("pypi".into());
    Head { subject, name: "acme".into(), ..super::places::head(here) }
}

fn stands(status: Status, reason: &str) -> Head {
    let standing = Standing { status, reason: reason.into(), since: Some(hours(2)) };
    Head { standing, ..head(Tab::Overview) }
}

fn hostile_head(here: Tab) -> Head {
    let subject = Subject::Project(HOSTILE.into());
    let standing = Standing { status: Status::Quarantined, reason: HOSTILE.into(), since: Some(hours(2)) };
    Head { subject, name: HOSTILE.into(), python: false, private: true, standing, ..head(here) }
}

fn file(name: &str) -> File {
    File {
        name: name.into(),
        kind: "wheel".into(),
        size: 123_456,
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        uploaded_at: hours(0),
        by: "ada, with the token 'laptop'".into(),
        download: Some(format!("/pypi/files/{name}")),
        signed: None,
        source: None,
        attestations: 0,
        attestations_path: None,
    }
}

/// Packages that this server, a publisher and nobody have signed.
fn signed_release() -> Release {
    let by = |publisher: Option<&str>| SignedBy {
        publisher: publisher.map(str::to_owned),
        key: [0x5c; 32].into(),
        at: hours(1),
    };
    let file = |name: &str, signed| File { kind: "noarch".into(), signed: Some(signed), ..file(name) };
    Release {
        files: vec![
            file("noarch/acme-1.4.2-0.conda", vec![by(None)]),
            file("noarch/acme-1.4.2-1.conda", vec![by(Some("ada's")), by(Some(HOSTILE))]),
            file("noarch/acme-1.4.2-2.conda", Vec::new()),
        ],
        ..release()
    }
}

fn release() -> Release {
    let fact = |label: &str, value: &str| Fact { label: label.into(), value: value.into(), verified: false };
    Release {
        version: "1.4.2".into(),
        published_at: Some(hours(0)),
        yanked: None,
        files: vec![file("acme-1.4.2-py3-none-any.whl"), file("acme-1.4.2.tar.gz")],
        summary: "Reads and writes what others cannot.".into(),
        facts: vec![
            fact("Licence", "MIT"),
            fact("Homepage", "https://acme.example/docs"),
            fact("Evil", "javascript:alert(1)"),
        ],
        requires: vec!["numpy>=2".into(), "rich; extra == 'colour'".into()],
        description: "# acme\n\nReads and writes **what others cannot**.".into(),
        provenance: Provenance::default(),
    }
}

/// What a trusted publisher published.
fn verified_release() -> Release {
    let built = |name: &str, attestations| File {
        source: Some(source("acme/rocket")),
        attestations,
        attestations_path: (attestations > 0)
            .then(|| format!("/pypi/integrity/acme/1.4.2/{name}/provenance")),
        ..file(name)
    };
    let mut facts = release().facts;
    facts.push(Fact {
        label: "Source".into(),
        value: "https://github.example/acme/rocket".into(),
        verified: true,
    });
    Release {
        files: vec![built("acme-1.4.2-py3-none-any.whl", 2), built("acme-1.4.2.tar.gz", 1)],
        facts,
        provenance: Provenance { origins: Origins::Full, alarm: None },
        ..release()
    }
}

fn lost() -> Provenance {
    let alarm = Alarm::Lost { earlier: Some("1.4.1".into()), from: "github.example/acme/rocket".into() };
    Provenance { origins: Origins::None, alarm: Some(alarm) }
}

fn changed() -> Provenance {
    let alarm = Alarm::Changed { earlier: Some(HOSTILE.into()), from: HOSTILE.into(), to: HOSTILE.into() };
    Provenance { origins: Origins::Full, alarm: Some(alarm) }
}

fn hostile_release() -> Release {
    Release {
        version: HOSTILE.into(),
        yanked: Some(HOSTILE.into()),
        files: vec![File {
            kind: HOSTILE.into(),
            by: HOSTILE.into(),
            download: None,
            source: Some(source(HOSTILE)),
            ..file(HOSTILE)
        }],
        provenance: changed(),
        summary: HOSTILE.into(),
        facts: vec![
            Fact { label: HOSTILE.into(), value: HOSTILE.into(), verified: false },
            Fact { label: "Site".into(), value: format!("https://x.example/{HOSTILE}"), verified: true },
        ],
        requires: vec![HOSTILE.into()],
        description: HOSTILE.into(),
        ..release()
    }
}

fn row(version: &str, yanked: Option<&str>) -> ReleaseRow {
    ReleaseRow {
        version: version.into(),
        published_at: hours(0),
        files: 2,
        yanked: yanked.map(str::to_owned),
        provenance: Provenance::default(),
    }
}

fn projects() -> Vec<Sample> {
    let rights = Rights { yank: true, delete: true };
    let open = Project {
        shell: stranger(),
        head: Head { tabs: vec![Tab::Overview], ..head(Tab::Overview) },
        base_url: "https://packages.example/registry".into(),
        newest: Some(release()),
        releases: vec![row("1.4.2", None), row("1.4.1", Some("It eats files.")), row("1.4.0", Some(""))],
        members: vec![("ada".into(), "owner"), ("grace".into(), "maintainer")],
        rights: Rights::default(),
    };
    let own = Project { shell: signed_in(), head: head(Tab::Overview), rights, ..open.clone() };
    let conda = Project {
        shell: Shell { development_root: true, ..signed_in() },
        head: Head { python: false, private: true, ..head(Tab::Overview) },
        newest: Some(signed_release()),
        releases: vec![ReleaseRow { files: 1, ..row("1.4.2", None) }],
        ..own.clone()
    };
    let stands = |status, reason: &str| Project { head: stands(status, reason), ..open.clone() };
    let hostile = Project {
        shell: hostile(),
        head: hostile_head(Tab::Overview),
        newest: Some(hostile_release()),
        releases: vec![row(HOSTILE, Some(HOSTILE))],
        ..own.clone()
    };
    let verified = Project {
        newest: Some(verified_release()),
        releases: vec![
            ReleaseRow { provenance: verified_release().provenance, ..row("1.4.2", None) },
            ReleaseRow {
                provenance: Provenance { origins: Origins::Partial, alarm: None },
                ..row("1.4.1", None)
            },
            ReleaseRow { provenance: changed(), ..row("1.4.0", None) },
        ],
        ..open.clone()
    };
    let lost = Project { newest: Some(Release { provenance: lost(), ..release() }), ..open.clone() };
    let empty = Project { newest: None, releases: Vec::new(), ..own.clone() };
    vec![
        sample("project", open.clone()),
        sample("project.own", own),
        sample("project.conda", conda),
        sample("project.archived", stands(Status::Archived, "")),
        sample("project.deprecated", stands(Status::Deprecated, "Use newacme.\nIt is better.")),
        sample("project.quarantined", stands(Status::Quarantined, "A file may hold malware.")),
        sample("project.hostile", hostile),
        sample("project.verified", verified),
        sample("project.lost", lost),
        sample("project.empty", empty),
    ]
}

fn releases() -> Vec<Sample> {
    let open = ReleasePage {
        shell: stranger(),
        head: Head { tabs: vec![Tab::Overview], ..head(Tab::Overview) },
        base_url: "https://packages.example/registry".into(),
        release: release(),
        reason: Field::default(),
        typed: Field::default(),
        rights: Rights::default(),
    };
    let own = ReleasePage {
        shell: signed_in(),
        head: head(Tab::Overview),
        rights: Rights { yank: true, delete: true },
        ..open.clone()
    };
    let yanked = ReleasePage {
        release: Release { yanked: Some("It eats files.".into()), ..release() },
        ..own.clone()
    };
    let refused = ReleasePage {
        shell: hostile(),
        head: hostile_head(Tab::Overview),
        release: Release { yanked: None, ..hostile_release() },
        reason: Field::of(HOSTILE).with_error(Some("the reason is too long")),
        typed: Field::of(HOSTILE).with_error(Some("Type '1.0' to yank it.")),
        ..own.clone()
    };
    vec![
        sample("release", open),
        sample("release.own", own),
        sample("release.yanked", yanked),
        sample("release.refused", refused),
    ]
}

fn settings() -> Vec<Sample> {
    let plain = ProjectSettings {
        shell: signed_in(),
        head: head(Tab::Settings),
        switches: switches(None),
        from_channel: Vec::new(),
        status: Status::Active,
        reason: Field::default(),
        quarantines: false,
    };
    let refused = ProjectSettings {
        shell: hostile(),
        head: hostile_head(Tab::Settings),
        switches: switches(Some("write a number of days")),
        from_channel: vec!["Tokens need an expiry".into(), "Tokens live at most 30 days".into()],
        status: Status::Quarantined,
        reason: Field::of(HOSTILE).with_error(Some("the reason is too long")),
        quarantines: true,
    };
    let locked = ProjectSettings { quarantines: false, ..refused.clone() };
    vec![
        sample("project-settings", plain),
        sample("project-settings.refused", refused),
        sample("project-settings.locked", locked),
    ]
}

fn deletions() -> Vec<Sample> {
    let project = Delete {
        shell: signed_in(),
        head: head(Tab::Overview),
        doomed: Doomed::Project,
        files: 12,
        words: "acme".into(),
        typed: Field::default(),
    };
    let release = Delete {
        doomed: Doomed::Release("1.4.2".into()),
        files: 2,
        words: "acme 1.4.2".into(),
        ..project.clone()
    };
    let file = Delete {
        shell: hostile(),
        head: hostile_head(Tab::Overview),
        doomed: Doomed::File(HOSTILE.into()),
        files: 1,
        words: HOSTILE.into(),
        typed: Field::of(HOSTILE).with_error(Some("type exactly these words")),
    };
    vec![
        sample("delete.project", project),
        sample("delete.release", release),
        sample("delete.file-refused", file),
    ]
}
