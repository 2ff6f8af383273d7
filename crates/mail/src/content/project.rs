//! Mails about projects, to those who own them, and about tokens that were cut off.

use bonded_model::ProjectStatus;
use bonded_model::user::UserName;

use super::{Content, greeting, moment, quoted, who};
use crate::message::{By, Instance, PendingNews, ProjectChange};
use crate::rendered::one_line;

/// The longest version or file name that a mail's subject repeats, in characters.
const LONGEST: usize = 60;

pub(super) fn changed(
    instance: &Instance,
    user: &UserName,
    by: &By,
    place: (&str, &str),
    change: &ProjectChange,
) -> Content {
    let (channel, project) = place;
    let (subject, happened, what_now) = told(change, project);
    let by = match (change, by) {
        (ProjectChange::PublisherTokenLeaked { .. }, By::Job) => "a secret scanner".to_owned(),
        _ => who(by),
    };
    let mut content = Content::new(
        subject,
        [greeting(user), format!("{happened} in the channel {channel} on {}, by {by}.", instance.name)],
    );
    if let Some(reason) = reason(change) {
        content = content.fact("Reason", quoted(reason));
    }
    for (what, value) in facts(change) {
        content = content.fact(what, one_line(value));
    }
    let content = content.fact("Project", format!("{channel}/{project}")).closing(what_now);
    match change {
        ProjectChange::PublisherTokenLeaked { .. } => {
            content.closing("You get this mail because you own the project, or administer the channel of one that nobody owns.")
        }
        _ => content.closing("You get this mail because you own the project, or administer the channel of one that nobody owns. If nobody of you did this, somebody else can act as one of you: look at who has access to it."),
    }
}

/// Subject, what happened, and what it means.
fn told(change: &ProjectChange, project: &str) -> (String, String, String) {
    use ProjectChange as C;
    match change {
        C::Yanked { version, .. } => (
            format!("{} {} was yanked", short(project), short(version)),
            format!("version {version} of {project} was yanked"),
            "Installers pass over it. The yank can be taken back.".to_owned(),
        ),
        C::Unyanked { version, .. } => (
            format!("{} {} is not yanked any more", short(project), short(version)),
            format!("the yank of version {version} of {project} was taken back"),
            "Everybody can get it as before.".to_owned(),
        ),
        C::FileDeleted { file } => (
            format!("A file of {} was deleted", short(project)),
            format!("the file {file} of {project} was deleted"),
            "This is for good: no file can have its name again.".to_owned(),
        ),
        C::ReleaseDeleted { version } => (
            format!("{} {} was deleted", short(project), short(version)),
            format!("version {version} of {project} was deleted with all its files"),
            "This is for good: no file can have the name of one of them again.".to_owned(),
        ),
        C::Deleted => (
            format!("{} was deleted", short(project)),
            format!("the project {project} was deleted with all its files"),
            "This is for good. Nobody has a role in it any more, and only an administrator of the channel can begin it anew.".to_owned(),
        ),
        C::PublisherAdded { .. } => (
            format!("{} has a new trusted publisher", short(project)),
            format!("a trusted publisher was added to the project {project}"),
            "Its jobs can publish to the project, without any token of yours.".to_owned(),
        ),
        C::PublisherRemoved { .. } => (
            format!("A trusted publisher of {} was removed", short(project)),
            format!("a trusted publisher of the project {project} was removed"),
            "Its jobs cannot publish to the project any more.".to_owned(),
        ),
        C::EnvironmentSeen { .. } => (
            format!("A trusted publisher of {} can be narrowed", short(project)),
            format!("a trusted publisher of the project {project} that takes any environment was used from another one than the last time"),
            "If its jobs always run in this environment, ask for it on the page of the project's publishers: then nobody \
             can publish from outside of it."
                .to_owned(),
        ),
        C::PublisherTokenLeaked { .. } => (
            format!("A token of a trusted publisher of {} leaked", short(project)),
            format!("a short-lived token of a trusted publisher of the project {project} was ended"),
            "It was found where others can read it. Look at what was published lately, and at what the run shows: its log, \
             and what it keeps."
                .to_owned(),
        ),
        C::TrustedPublishersOnly => (
            format!("Only trusted publishers publish to {} now", short(project)),
            format!("the project {project} takes uploads from trusted publishers only"),
            "Tokens that were for this project alone are revoked. All other tokens of people can do nothing there any more."
                .to_owned(),
        ),
        C::SourceLost { version, earlier, from } => (
            format!("{} {} lost its verified source", short(project), short(version)),
            format!("a file of version {version} of {project} was published in another way than by a trusted publisher"),
            format!(
                "{} built and published from {from}. Whoever looks at version {version} is told that nobody has verified \
                 where it comes from. Programs that upload with a stolen token look exactly so.",
                compared(version, earlier)
            ),
        ),
        C::SourceChanged { version, earlier, from, to } => (
            format!("{} {} comes from another source", short(project), short(version)),
            format!("a file of version {version} of {project} was built and published from {to}"),
            format!(
                "{} built and published from {from}. Whoever looks at version {version} is told of the change.",
                compared(version, earlier)
            ),
        ),
        C::Status { status, .. } => status_told(*status, project),
    }
}

/// What a file was compared with: another version, or the files that its own had before.
fn compared(version: &str, earlier: &str) -> String {
    if version == earlier { "Its first files were".to_owned() } else { format!("Version {earlier} was") }
}

fn status_told(status: ProjectStatus, project: &str) -> (String, String, String) {
    let (subject, happened, what_now) = match status {
        ProjectStatus::Active => ("is active again", "was made active again", "Everything works as usual."),
        ProjectStatus::Archived => (
            "was archived",
            "was archived",
            "It takes no new files. Those that it has can be downloaded as before.",
        ),
        ProjectStatus::Quarantined => (
            "is in quarantine",
            "was put into quarantine",
            "Its files cannot be downloaded, and it takes no new ones, until an administrator of the channel ends that.",
        ),
        ProjectStatus::Deprecated => {
            ("was deprecated", "was deprecated", "Everything works as before; whoever looks at it is told.")
        }
    };
    (
        format!("{} {subject}", short(project)),
        format!("the project {project} {happened}"),
        what_now.to_owned(),
    )
}

fn facts(change: &ProjectChange) -> Vec<(&'static str, &str)> {
    use ProjectChange as C;
    match change {
        C::PublisherAdded { identity } | C::PublisherRemoved { identity } => vec![("Publisher", identity)],
        C::EnvironmentSeen { identity, environment } => {
            vec![("Publisher", identity), ("Environment", environment)]
        }
        C::PublisherTokenLeaked { run, url } => {
            let found = url.iter().map(|url| ("Found at", url.as_str()));
            [("Run", run.as_str())].into_iter().chain(found).collect()
        }
        _ => Vec::new(),
    }
}

fn reason(change: &ProjectChange) -> Option<&str> {
    let reason = match change {
        ProjectChange::Yanked { reason, .. }
        | ProjectChange::Unyanked { reason, .. }
        | ProjectChange::Status { reason, .. } => reason,
        _ => return None,
    };
    Some(reason.as_str()).filter(|reason| !reason.is_empty())
}

fn short(name: &str) -> String {
    name.chars().take(LONGEST).collect()
}

pub(super) fn token_cut(
    instance: &Instance,
    user: &UserName,
    by: &By,
    token: &str,
    place: &str,
    cut: bool,
) -> Content {
    let (subject, happened) = match cut {
        true => (
            "An API token of yours was cut off",
            format!(
                "an API token of yours on {} can do nothing any more in {place}: it was cut off there by {}.",
                instance.name,
                who(by)
            ),
        ),
        false => (
            "An API token of yours works again",
            format!(
                "an API token of yours on {} can do again what it could before in {place}, by {}.",
                instance.name,
                who(by)
            ),
        ),
    };
    Content::new(subject, [greeting(user), happened]).fact("Token", quoted(token)).closing(format!(
        "Your tokens are listed at {}/account/tokens. If you do not know why, ask those who look after the place.",
        instance.base_url
    ))
}

pub(super) fn pending(
    instance: &Instance,
    user: &UserName,
    (channel, project): (&str, &str),
    identity: &str,
    news: PendingNews,
) -> Content {
    let (subject, happened) = match news {
        PendingNews::EndsSoon(at) => (
            "A pending publisher of yours ends soon",
            format!("nobody used it yet. It ends at {} unless a job publishes before.", moment(at)),
        ),
        PendingNews::Expired => {
            ("A pending publisher of yours ended", "nobody used it for 30 days, so it ended.".to_owned())
        }
        PendingNews::NameTaken => (
            "A pending publisher of yours ended",
            "somebody else made a project of this name, or of one that can be mistaken for it, so it ended. It reserved \
             nothing."
                .to_owned(),
        ),
        PendingNews::Removed => ("A pending publisher of yours was removed", "it was removed.".to_owned()),
        PendingNews::Fulfilled => (
            "Your trusted publisher made its project",
            "it was used for the first time. The project exists now, and you own it.".to_owned(),
        ),
    };
    let registered = format!(
        "on {}, you registered a trusted publisher for a project that did not exist yet: {happened}",
        instance.name
    );
    Content::new(subject, [greeting(user), registered])
        .fact("Publisher", one_line(identity))
        .fact("Project", format!("{channel}/{project}"))
        .closing("If you did not register it, somebody else can act as you: change your password and look at your sessions and tokens.")
}
