//! Pages of channels, projects and groups, and of invitations to roles in them.

mod activity;
mod channels;
mod credentials;
mod groups;
mod head;
mod invitation;
mod people;
mod projects;
mod provenance;
mod publishers;
mod settings;
mod trust;

pub use activity::PlaceActivity;
pub use channels::{Channel, ChannelRow, Channels, NewProject, ProjectRow, Search};
pub use credentials::{Credential, Credentials};
pub use groups::{Group, GroupRow, Groups, Member, NewGroup};
pub use head::{Head, Standing, Status, Subject, Tab};
pub use invitation::{Answer, InvitationPage};
pub use people::{Holder, People, RoleChoice, RoleForm, RoleInvitation};
pub use projects::{Delete, Doomed, Fact, File, Project, Release, ReleasePage, ReleaseRow, Rights, SignedBy};
pub use provenance::{Alarm, Origins, Provenance};
pub(crate) use publishers::last_use;
pub use publishers::{
    FormField, Input, IssuerChoice, NewPublisher, PublisherRow, Publishers, Reach, Refused,
};
pub use settings::{ChannelSettings, Creation, ProjectSettings, Switches};
pub use trust::{Chain, KeyManager, PublisherKey, Root, ServerKey, Signatories, Term, Trust};
