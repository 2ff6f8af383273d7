//! Issuers that people run themselves: several of a kind, at names of their own, in networks of their own.

use bonded_model::publishing::{Algorithm, Provider};
use bonded_registry::publishers::{IssuerChange, NewIssuer};
use bonded_testkit::issuer::with;
use bonded_testkit::with_app;
use serde_json::json;
use tokio::net::TcpListener;

use super::beside::{Beside, minted};
use super::world::World;

const FIELDS: [(&str, &str); 2] = [("namespace", "acme/tools"), ("project", "rocket")];

with_app! {
    async fn two_gitlabs_with_the_same_namespace_and_project_publish_each_their_own(app: TestApp) {
        let world = World::new(&app).await;
        for project in ["rocket", "capsule"] {
            world.project(project).await;
        }
        let one = Beside::new(&app, &world, Provider::GitLab).await;
        let other = Beside::new(&app, &world, Provider::GitLab).await;
        one.publisher("rocket", &FIELDS).await;
        assert_eq!(world.refused(&other.gitlab(json!({}))).await.0, "invalid-publisher", "the same names elsewhere");
        other.publisher("capsule", &FIELDS).await;
        let (ours, theirs) =
            (minted(&world, &one.gitlab(json!({}))).await, minted(&world, &other.gitlab(json!({}))).await);
        for (token, own, foreign) in [(&ours, "rocket", "capsule"), (&theirs, "capsule", "rocket")] {
            assert_eq!(world.upload(token, own, "1.0").await, 200, "{own}");
            assert_eq!(world.upload(token, foreign, "2.0").await, 403, "{foreign}");
        }
    }

    async fn a_gitlab_whose_tokens_another_host_issues_publishes_once_that_is_said(app: TestApp) {
        let world = World::new(&app).await;
        world.project("rocket").await;
        let beside = Beside::new(&app, &world, Provider::GitLab).await;
        beside.publisher("rocket", &FIELDS).await;
        let file = "git.example/forge/acme/tools/rocket//.gitlab-ci.yml@refs/heads/main";
        let job = || beside.gitlab(json!({ "ci_config_ref_uri": file }));
        let (code, text) = world.refused(&job()).await;
        assert!(code == "invalid-publisher" && text.contains("ci_config_ref_uri"), "{code}: {text}");
        let permit = app.registry.operator_administers(&app.operator()).expect("the operator may");
        let change = async |server: &str| {
            let (name, server) = ("test".into(), Some(server.to_owned()));
            let change =
                IssuerChange { name, enabled: true, algorithm: Algorithm::Rs256, private_network: true, server };
            app.registry.change_issuer(&permit, &app.registry.local_origin(), beside.known.id, change).await
        };
        for wrong in ["git.example", "ftp://git.example", "https://a@git.example", "https://git.example/?x"] {
            assert!(change(wrong).await.is_err(), "{wrong}");
        }
        change("https://git.example/forge/").await.expect("it is changed");
        let token = minted(&world, &job()).await;
        assert_eq!(world.upload(&token, "rocket", "1.0").await, 200);
        let told = app.get("/api/bonded/v1/channels/pypi/projects/rocket/provenance").await.expect(200).json();
        let releases = told["releases"].as_array().expect("releases");
        let release = releases.iter().find(|release| release["version"] == "1").expect("the release");
        let source = &release["files"][0]["verified_source"];
        assert_eq!(source["repository_url"], "https://git.example/forge/acme/tools/rocket", "{source}");
        assert_eq!(world.refused(&beside.gitlab(json!({}))).await.0, "invalid-publisher", "the file of another server");
    }

    async fn an_issuer_whose_name_leads_to_this_machine_is_not_asked_unless_it_may_be_private(app: TestApp) {
        let world = World::new(&app).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let permit = app.registry.operator_administers(&app.operator()).expect("the operator may");
        let new = |url: String| NewIssuer {
            url,
            provider: Provider::GitHub,
            name: "test".into(),
            algorithm: Algorithm::Rs256,
            private_network: false,
            server: None,
        };
        let origin = app.registry.local_origin();
        for host in ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254"] {
            for scheme in ["http", "https"] {
                let refused = app.registry.add_issuer(&permit, &origin, new(format!("{scheme}://{host}:{port}"))).await;
                assert!(matches!(refused, Err(bonded_registry::Error::Field { field: "url", .. })), "{scheme} {host}");
            }
        }
        let url = format!("https://localhost:{port}");
        app.registry.add_issuer(&permit, &origin, new(url.clone())).await.expect("a name may be anywhere");
        let token = world.issuer.sign(&with(world.claims(json!({})), json!({ "iss": url })));
        let (code, text) = world.refused(&token).await;
        assert!(code == "invalid-token" && text.contains("keys"), "{code}: {text}");
        let nobody = tokio::time::timeout(std::time::Duration::from_millis(100), listener.accept()).await;
        assert!(nobody.is_err(), "somebody connected");
    }
}
