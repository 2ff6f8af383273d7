//! Which second factors are required.

use bonded_factors::sealing::InstanceKey;
use bonded_mail::Mailer;
use bonded_model::people::{Policy, SecondFactorFor};
use bonded_model::user::ChannelRole;
use bonded_registry::people::{Fence, Services};
use bonded_registry::{Error, Registry};
use bonded_testkit::TestApp;

use crate::with_open_app;
use crate::world::*;

const ALL_KEYS: Policy = Policy { second_factor: SecondFactorFor::Everybody, phishing_resistant: true };

with_open_app! {
    async fn a_policy_counts_at_once_for_those_who_are_signed_in(app: TestApp) {
        let (root, ada) = (administrator(&app, "root").await, person(&app, "ada").await);
        assert_eq!(ada.session().await.fence(), None);
        let permit = root.administers().await;
        app.registry.set_policy(&permit, &root.visit.origin, ALL_KEYS).await.expect("it is set");
        assert_eq!(ada.session().await.fence(), Some(Fence::Key));
        give_totp(&app, &account(&app, "ada").await).await;
        assert_eq!(ada.session().await.fence(), Some(Fence::Key), "an app is not enough");
        let refused = root.session().await.cleared().map(drop);
        refused!(refused, Error::Fenced(Fence::Key));
    }

    async fn a_channel_asks_more_of_its_members_only(app: TestApp) {
        let (root, ada) = (administrator(&app, "root").await, person(&app, "ada").await);
        let eve = person(&app, "eve").await;
        app.member("pypi", &account(&app, "ada").await, ChannelRole::Reader).await;
        let (permit, origin) = (root.administers().await, root.visit.origin);
        let looks = root.looks().await;
        let set = app.registry.set_channel_policy(&permit, &origin, "pypi", ALL_KEYS).await;
        set.expect("it is set");
        assert_eq!(ada.session().await.fence(), Some(Fence::Key));
        assert_eq!(eve.session().await.fence(), None);
        let policies = app.registry.policies(&looks).await.expect("an answer");
        assert_eq!(policies.instance, Policy::NOTHING);
        let asks: Vec<_> =
            policies.channels.iter().map(|channel| (channel.name.as_str(), channel.policy)).collect();
        assert_eq!(asks, [("main", Policy::NOTHING), ("pypi", ALL_KEYS)]);
        let unknown = app.registry.set_channel_policy(&permit, &origin, "nowhere", ALL_KEYS).await;
        refused!(unknown, Error::NotFound(_));
    }

    async fn keys_are_not_required_where_they_cannot_be_used(app: TestApp) {
        let mut settings = app.registry.settings.clone();
        settings.people.base_url = "http://192.0.2.7".to_owned();
        let (clock, random) = (app.registry.clock.clone(), app.registry.random.clone());
        let services = Services {
            key: InstanceKey::generate(&random),
            trust: app.trust_directory(),
            mailer: Mailer::outbox(app.outbox()),
            breaches: None,
        };
        let (store, blobs) = (app.registry.store.clone(), app.registry.blobs.clone());
        let registry = Registry::new(store, blobs, clock, random, services, settings);
        assert!(registry.keys_unavailable().is_some(), "an address is no name");
        let permit = registry.operator_administers(&app.operator()).expect("the operator may");
        let origin = registry.local_origin();
        refused!(registry.set_policy(&permit, &origin, ALL_KEYS).await, Error::Invalid(_));
        refused!(registry.set_channel_policy(&permit, &origin, "pypi", ALL_KEYS).await, Error::Invalid(_));
        registry.set_policy(&permit, &origin, Policy::default()).await.expect("an app can be used");
    }
}
