//! What pages say of signatures: to everybody who may see the channel, and of a development root to administrators.

use bonded_model::token::Verb;
use bonded_model::trust::Signing;
use bonded_model::{Actor, ChannelFormat, Visibility};
use bonded_testkit::app::{Grant, SignedIn};
use bonded_testkit::fixtures::{Package, Wheel};
use bonded_testkit::http::Answer;
use bonded_testkit::{TestApp, with_app};
use chrono::TimeDelta;

/// What stands on each page that shows trust while the root's key is on the server.
const DEVELOPMENT: &str = "This is a development root.";

async fn seen(app: &TestApp, browser: &SignedIn, path: &str) -> Answer {
    app.get(path).header("cookie", &browser.cookie()).await
}

/// Digits as pages show them.
fn in_groups(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().filter(|c| !c.is_whitespace()).collect();
    let groups = digits.chunks(4).map(|group| format!("<span>{}</span>", group.iter().collect::<String>()));
    groups.collect::<Vec<_>>().join("<wbr>")
}

with_app! {
    async fn a_trust_page_shows_full_keys_and_the_root_in_one_piece_to_copy(app: TestApp) {
        let nobody = SignedIn::nobody(&app);
        let page = seen(&app, &nobody, "/channels/main/trust").await.expect(200).text().to_owned();
        let trust = app.registry.trust_page(&Actor::Anonymous, "main").await.expect("a page");
        let trust = trust.trust.expect("a signed channel");
        let fingerprint = &trust.roots[0].fingerprint;
        assert!(page.contains(&in_groups(fingerprint)));
        assert!(page.contains("bonded conda trust ") && !page.contains("--root-fingerprint"));
        assert!(page.contains(&in_groups(&trust.server_keys[0].key.to_string())));
        assert!(page.contains("href=\"/1.root.json\"") && page.contains(DEVELOPMENT));
        assert!(!page.contains("bonded admin channel signing"), "that is for administrators of the channel");
    }

    async fn the_page_is_offered_where_it_is(app: TestApp) {
        let nobody = SignedIn::nobody(&app);
        let conda = seen(&app, &nobody, "/channels/main").await.expect(200).text().to_owned();
        let python = seen(&app, &nobody, "/channels/pypi").await.expect(200).text().to_owned();
        assert!(conda.contains("\"/channels/main/trust\"") && !python.contains("/trust"));
        seen(&app, &nobody, "/channels/pypi/trust").await.expect(404);
    }

    async fn a_projects_page_tells_who_signed_its_files(app: TestApp) {
        let (ada, nobody) = (app.admin("ada").await, SignedIn::nobody(&app));
        let token = app.token(&ada, Grant::verbs(Verb::ALL)).await;
        app.upload_conda("main", &token, &Package::noarch("a", "1.0")).await.expect(201);
        app.upload_wheel("pypi", &token, &Wheel::new("acme", "1.0")).await.expect(200);
        for path in ["/projects/main/a", "/projects/main/a/releases/1.0"] {
            let page = seen(&app, &nobody, path).await.expect(200).text().to_owned();
            assert!(page.contains("Signed by this server") && page.contains(DEVELOPMENT), "{path}");
            assert!(!page.contains("Not signed"), "{path}");
        }
        let python = seen(&app, &nobody, "/projects/pypi/acme").await.expect(200).text().to_owned();
        assert!(!python.contains("igned by") && !python.contains("Not signed") && !python.contains(DEVELOPMENT));
        let main = app.registry.channel_named(&app.operator(), "main").await.expect("the channel");
        app.registry.set_signing(&app.operator(), &main, Signing::Off).await.expect("it is switched off");
        let page = seen(&app, &nobody, "/projects/main/a").await.expect(200).text().to_owned();
        assert!(page.contains("Not signed") && !page.contains(DEVELOPMENT));
        let page = seen(&app, &nobody, "/channels/main/trust").await.expect(200).text().to_owned();
        assert!(page.contains("are not signed") && !page.contains(DEVELOPMENT));
        app.settle().await;
    }

    async fn administrators_are_told_of_a_development_root_on_all_their_pages(app: TestApp) {
        let grace = app.admin("grace").await;
        app.secure(&grace).await;
        let browser = app.signed_in(&grace, TimeDelta::zero()).await;
        for path in ["/admin/people", "/admin/people/grace", "/admin/policy", "/admin/activity"] {
            assert!(seen(&app, &browser, path).await.expect(200).text().contains(DEVELOPMENT), "{path}");
        }
        assert!(!seen(&app, &browser, "/account").await.expect(200).text().contains(DEVELOPMENT));
    }

    async fn a_private_channels_trust_is_shown_to_its_members(app: TestApp) {
        app.channel("hidden", ChannelFormat::Conda, Visibility::Private).await;
        let grace = app.admin("grace").await;
        app.secure(&grace).await;
        let browser = app.signed_in(&grace, TimeDelta::zero()).await;
        let page = seen(&app, &browser, "/channels/hidden/trust").await.expect(200).text().to_owned();
        assert!(page.contains("bonded admin channel signing hidden"));
        for (visitor, status) in [(SignedIn::nobody(&app), 303), (app.signed_in(&app.user("eve").await, TimeDelta::zero()).await, 404)] {
            let hidden = seen(&app, &visitor, "/channels/hidden/trust").await.expect(status);
            let unknown = seen(&app, &visitor, "/channels/unknown/trust").await.expect(status);
            assert_eq!(hidden.text().replace("hidden", "unknown"), unknown.text());
        }
    }
}
