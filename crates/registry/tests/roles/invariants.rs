//! Whatever is done to roles, groups and invitations, in whatever order: who may publish where is what a plain question
//! to the database says, and nothing is left behind.

use std::collections::BTreeSet;

use bonded_model::group::GroupRole;
use bonded_model::token::ApiToken;
use bonded_model::user::{ChannelRole, ProjectRole};
use bonded_registry::Error;
use bonded_registry::access::{ManageChannel, ManageProject, Permit};
use bonded_registry::roles::Which;
use bonded_testkit::TestApp;

use crate::places::*;
use crate::with_roles_app;
use crate::world::*;

const STEPS: usize = 100;
const USERS: [&str; 4] = ["eve", "ida", "uma", "zoe"];
const GROUPS: [&str; 2] = ["builders", "testers"];
const PROJECTS: [(&str, &str); 3] = [("pypi", "parcel"), ("pypi", "crate"), ("main", "tool")];

/// Who may publish where, written down once more without the views that the registry asks.
const PUBLISHES: &str = "
    SELECT u.name || ' ' || c.name || ' ' || p.name
    FROM projects p JOIN channels c ON c.id = p.channel_id CROSS JOIN users u
    WHERE u.suspended_at IS NULL
      AND (u.admin
        OR EXISTS (SELECT 1 FROM channel_members m
                   WHERE m.channel_id = c.id AND m.user_id = u.id AND m.role = 'admin')
        OR EXISTS (SELECT 1 FROM channel_groups g JOIN group_members m ON m.group_id = g.group_id
                   WHERE g.channel_id = c.id AND m.user_id = u.id AND g.role = 'admin')
        OR ((EXISTS (SELECT 1 FROM channel_members m
                     WHERE m.channel_id = c.id AND m.user_id = u.id AND m.role = 'publisher')
          OR EXISTS (SELECT 1 FROM channel_groups g JOIN group_members m ON m.group_id = g.group_id
                     WHERE g.channel_id = c.id AND m.user_id = u.id AND g.role = 'publisher'))
         AND (EXISTS (SELECT 1 FROM project_members m WHERE m.project_id = p.id AND m.user_id = u.id)
           OR EXISTS (SELECT 1 FROM project_groups g JOIN group_members m ON m.group_id = g.group_id
                      WHERE g.project_id = p.id AND m.user_id = u.id))))";

/// The projects that somebody looks after: a role in a project counts for nobody who may not publish in its channel.
const OWNED: &str = "
    SELECT p.name FROM projects p CROSS JOIN users u
    WHERE u.suspended_at IS NULL
      AND (u.admin
        OR EXISTS (SELECT 1 FROM channel_members m WHERE m.channel_id = p.channel_id AND m.user_id = u.id
                   AND m.role <> 'reader')
        OR EXISTS (SELECT 1 FROM channel_groups g JOIN group_members m ON m.group_id = g.group_id
                   WHERE g.channel_id = p.channel_id AND m.user_id = u.id AND g.role <> 'reader'))
      AND (EXISTS (SELECT 1 FROM project_members m WHERE m.project_id = p.id AND m.user_id = u.id AND m.role = 'owner')
        OR EXISTS (SELECT 1 FROM project_groups g JOIN group_members m ON m.group_id = g.group_id
                   WHERE g.project_id = p.id AND m.user_id = u.id AND g.role = 'owner'))";

/// Rows whose person, group or place is gone, and people's own roles in projects whose channel they lost.
const ORPHANS: &str = "
    SELECT 'channel member' FROM channel_members m
    WHERE m.user_id NOT IN (SELECT id FROM users) OR m.channel_id NOT IN (SELECT id FROM channels)
    UNION ALL SELECT 'project member' FROM project_members m
    WHERE m.user_id NOT IN (SELECT id FROM users) OR m.project_id NOT IN (SELECT id FROM projects)
    UNION ALL SELECT 'project member without the channel' FROM project_members m JOIN projects p ON p.id = m.project_id
    WHERE NOT EXISTS (SELECT 1 FROM channel_members c
                      WHERE c.channel_id = p.channel_id AND c.user_id = m.user_id AND c.role <> 'reader')
      AND NOT EXISTS (SELECT 1 FROM channel_groups c JOIN group_members g ON g.group_id = c.group_id
                      WHERE c.channel_id = p.channel_id AND g.user_id = m.user_id AND c.role <> 'reader')
      AND m.user_id NOT IN (SELECT id FROM users WHERE admin)
    UNION ALL SELECT 'group member' FROM group_members m
    WHERE m.user_id NOT IN (SELECT id FROM users) OR m.group_id NOT IN (SELECT id FROM groups)
    UNION ALL SELECT 'channel group' FROM channel_groups g WHERE g.group_id NOT IN (SELECT id FROM groups)
    UNION ALL SELECT 'project group' FROM project_groups g WHERE g.group_id NOT IN (SELECT id FROM groups)
    UNION ALL SELECT 'invitation' FROM role_invitations i
    WHERE (i.group_id IS NOT NULL AND i.group_id NOT IN (SELECT id FROM groups))
       OR (i.user_id IS NOT NULL AND i.user_id NOT IN (SELECT id FROM users))";

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).expect("few sides")
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len())]
    }
}

/// Whatever was refused was refused for a reason, and not by accident.
fn settled<T>(step: usize, done: Result<T, Error>) {
    if let Err(Error::Internal(cause)) = done {
        panic!("step {step}: {cause}");
    }
}

struct Scene<'a> {
    app: &'a TestApp,
    admin: Browser<'a>,
    people: Vec<(Browser<'a>, ApiToken)>,
}

impl<'a> Scene<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let admin = person_as(app, "ada", "pypi", ChannelRole::Admin).await;
        app.member("main", &account(app, "ada").await, ChannelRole::Admin).await;
        let mut people = Vec::new();
        for name in USERS {
            let browser = person_as(app, name, "pypi", ChannelRole::Publisher).await;
            people.push((browser, token_of(app, &account(app, name).await).await));
        }
        app.member("main", &account(app, "eve").await, ChannelRole::Publisher).await;
        for name in GROUPS {
            group_with(app, name, &["uma"]).await;
        }
        let origin = app.registry.local_origin();
        for (channel, name) in PROJECTS {
            let permit = channel_by_operator(app, channel).await;
            app.registry.create_project(&permit, &origin, name, "eve").await.expect("the project is made");
        }
        Self { app, admin, people }
    }

    /// Permits of somebody who administers both channels, but not the instance.
    async fn channel(&self, name: &str) -> Permit<ManageChannel> {
        channel_of(self.app, &self.admin, name).await.expect("ada administers it")
    }

    async fn project(&self, (channel, name): (&str, &str)) -> Permit<ManageProject> {
        let session = self.admin.session().await;
        let fresh = session.fresh().expect("fresh");
        self.app.registry.manage_project(&fresh, channel, name).await.expect("ada administers its channel")
    }

    /// One change; whether it may leave a project to nobody.
    async fn change(&self, step: usize, dice: &mut Dice) -> bool {
        let (registry, origin) = (&self.app.registry, self.admin.visit.origin);
        let holder = match dice.roll(3) {
            0 => group(dice.of(&GROUPS)),
            _ => user(dice.of(&USERS)),
        };
        let (place, channel) = (dice.of(&PROJECTS), dice.of(&["pypi", "main"]));
        match dice.roll(9) {
            0 => {
                let role = dice.of(ChannelRole::ALL);
                settled(step, registry.put_role(&self.channel(channel).await, &origin, &holder, role).await);
            }
            1 => settled(step, registry.remove_role(&self.channel(channel).await, &origin, &holder).await),
            2 | 3 => {
                let role = dice.of(ProjectRole::ALL);
                settled(step, registry.put_role(&self.project(place).await, &origin, &holder, role).await);
            }
            4 => settled(step, registry.remove_role(&self.project(place).await, &origin, &holder).await),
            5 => self.change_group(step, dice).await,
            6 => self.invite(step, dice, channel, place).await,
            7 => self.accept(step, dice).await,
            _ => {
                self.suspend_or_reinstate(step, dice).await;
                return true;
            }
        }
        false
    }

    async fn change_group(&self, step: usize, dice: &mut Dice) {
        let (registry, origin) = (&self.app.registry, self.admin.visit.origin);
        let (name, member) = (dice.of(&GROUPS), user(dice.of(&USERS)));
        let operator = self.app.operator();
        let permit = registry.operator_manages_group(&operator, name).await.expect("the group is there");
        match dice.roll(4) {
            0 => settled(step, registry.remove_role(&permit, &origin, &member).await),
            1 => {
                let administer = registry.operator_administers(&operator).expect("the operator may");
                if registry.remove_group(&administer, &origin, name).await.is_ok() {
                    group_with(self.app, name, &["uma"]).await;
                }
            }
            _ => settled(step, registry.put_role(&permit, &origin, &member, GroupRole::Member).await),
        }
    }

    async fn invite(&self, step: usize, dice: &mut Dice, channel: &str, place: (&str, &str)) {
        let (registry, origin, name) = (&self.app.registry, self.admin.visit.origin, dice.of(&USERS));
        match dice.roll(3) {
            0 => {
                let (permit, role) = (self.channel(channel).await, dice.of(ChannelRole::ALL));
                settled(step, registry.invite_to_role(&permit, &origin, name, role).await);
            }
            1 => {
                let (permit, role) = (self.project(place).await, dice.of(ProjectRole::ALL));
                settled(step, registry.invite_to_role(&permit, &origin, name, role).await);
            }
            _ => settled(step, registry.offer_project(&self.project(place).await, &origin, name).await),
        }
    }

    async fn accept(&self, step: usize, dice: &mut Dice) {
        let (browser, _) = &self.people[dice.roll(USERS.len())];
        if !browser.is_signed_in().await {
            return;
        }
        let session = browser.session().await;
        let offers = self.app.registry.role_offers(&session).await.expect("the database answers");
        if offers.is_empty() {
            return;
        }
        let (cleared, which) =
            (session.cleared().expect("no fence"), Which::Id(offers[dice.roll(offers.len())].id));
        settled(step, self.app.registry.accept_role(&cleared, &browser.visit, &which).await);
    }

    async fn suspend_or_reinstate(&self, step: usize, dice: &mut Dice) {
        let (registry, origin) = (&self.app.registry, self.admin.visit.origin);
        let permit = registry.operator_administers(&self.app.operator()).expect("the operator may");
        let account = account(self.app, dice.of(&USERS[..2])).await;
        match account.suspended_at {
            Some(_) => settled(step, registry.reinstate(&permit, &origin, account.id).await),
            None => settled(step, registry.suspend(&permit, &origin, account.id).await),
        }
    }

    /// What access decides, in the same words as the question.
    async fn decided(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (name, (_, token)) in USERS.iter().zip(&self.people) {
            for (channel, project) in PROJECTS {
                if upload(self.app, token, channel, project).await.is_ok() {
                    found.insert(format!("{name} {channel} {project}"));
                }
            }
        }
        found
    }

    async fn asked(&self, question: &str) -> BTreeSet<String> {
        self.app.database.ask(question).await.expect("the database answers").into_iter().collect()
    }
}

with_roles_app! {
    async fn whatever_is_done_in_whatever_order(app: TestApp) {
        let scene = Scene::new(&app).await;
        let mut dice = Dice(0x2545_f491_4f6c_dd1d);
        let mut seen = BTreeSet::new();
        for step in 0..STEPS {
            let owned = scene.asked(OWNED).await;
            let may_leave = scene.change(step, &mut dice).await;
            let mut asked = scene.asked(PUBLISHES).await;
            asked.retain(|line| !line.starts_with("ada "));
            assert_eq!(scene.decided().await, asked, "step {step}");
            assert_eq!(scene.asked(ORPHANS).await, BTreeSet::new(), "step {step}");
            if !may_leave {
                assert!(owned.is_subset(&scene.asked(OWNED).await), "step {step}");
            }
            seen.insert(asked);
        }
        assert!(seen.len() > 10, "the steps change something: {}", seen.len());
    }
}
