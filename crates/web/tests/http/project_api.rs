//! Projects and activity by HTTP, with a token.

use bonded_model::token::Verb;
use bonded_model::user::ChannelRole;
use bonded_model::{ChannelFormat, Visibility};
use bonded_testkit::app::Grant;
use bonded_testkit::fixtures::{Package, Wheel};
use bonded_testkit::{TestApp, with_app};
use serde_json::{Value, json};

const PROJECT: &str = "/api/bonded/v1/channels/pypi/projects/parcel";

/// Ada, who owns `parcel` 1.0 and 2.0, with a token of every verb.
async fn ada(app: &TestApp) -> String {
    let ada = app.user_as("ada", "pypi", ChannelRole::Publisher).await;
    let token = app.token(&ada, Grant::verbs(Verb::ALL)).await;
    for version in ["1.0", "2.0"] {
        app.upload_wheel("pypi", &token, &Wheel::new("parcel", version)).await.expect(200);
    }
    token
}

/// The events of an answer of JSON lines.
fn events(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

with_app! {
    async fn a_release_is_yanked_with_and_without_a_reason(app: TestApp) {
        let token = ada(&app).await;
        let yank = || app.post(&format!("{PROJECT}/releases/1.0.0/yank")).token(&token);
        yank().body(r#"{"reason":"broken"}"#).await.expect(204);
        let page = app.get("/pypi/simple/parcel/").await;
        assert!(page.text().contains("data-yanked=\"broken\""), "{}", page.text());
        yank().await.expect(204);
        assert!(app.get("/pypi/simple/parcel/").await.text().contains("data-yanked=\"\""));
        for bad in ["1", "{", r#"{"why":"x"}"#, r#"{"reason":1}"#] {
            yank().body(bad).await.expect(400);
        }
        yank().body(r#"{"reason":"a\u0000b"}"#).await.expect(422);
        app.delete(&format!("{PROJECT}/releases/1.0/yank")).token(&token).await.expect(204);
        assert!(!app.get("/pypi/simple/parcel/").await.text().contains("data-yanked"));
        app.post(&format!("{PROJECT}/releases/9.0/yank")).token(&token).await.expect(404);
    }

    async fn what_is_deleted_by_http_is_gone(app: TestApp) {
        let token = ada(&app).await;
        let delete = |path: &str| app.delete(&format!("{PROJECT}{path}")).token(&token);
        for _ in 0..2 {
            app.delete(&format!("{PROJECT}/files/parcel-1.0-py3-none-any.whl")).await.expect(401);
        }
        delete("/files/parcel-1.0-py3-none-any.whl").await.expect(204);
        delete("/files/parcel-1.0-py3-none-any.whl").await.expect(404);
        app.get("/pypi/files/parcel-1.0-py3-none-any.whl").await.expect(404);
        delete("/releases/1.0").await.expect(404);
        delete("/releases/2.0").await.expect(204);
        delete("").await.expect(204);
        delete("").await.expect(404);
        app.get("/pypi/simple/parcel/").await.expect(404);
    }

    async fn the_file_of_a_conda_package_has_its_subdir_in_the_path(app: TestApp) {
        let eve = app.user_as("eve", "main", ChannelRole::Publisher).await;
        let token = app.token(&eve, Grant::verbs(Verb::ALL)).await;
        app.upload_conda("main", &token, &Package::noarch("box", "1.0")).await.expect(201);
        let file = "/api/bonded/v1/channels/main/projects/box/files/noarch/box-1.0-0.conda";
        app.delete(file).token(&token).await.expect(204);
        app.delete(file).token(&token).await.expect(404);
        app.get("/main/noarch/box-1.0-0.conda").await.expect(200);
    }

    async fn activity_is_read_with_a_token_that_manages(app: TestApp) {
        let token = ada(&app).await;
        let carl = app.user_as("carl", "pypi", ChannelRole::Admin).await;
        let carls = app.token(&carl, Grant::verbs(&[Verb::Manage])).await;
        let project = app.get(&format!("{PROJECT}/activity")).token(&token).await.expect(200);
        assert_eq!((project.header("content-type"), project.header("cache-control")), ("application/jsonl", "no-store"));
        let told = events(project.text());
        assert_eq!(told.len(), 3, "a project and two files: {told:?}");
        assert!(told.iter().all(|event| event["address"] == Value::Null && event["project"] == "parcel"), "{told:?}");
        let kind = app.get(&format!("{PROJECT}/activity?kind=package")).token(&token).await.expect(200);
        assert_eq!(events(kind.text()).len(), 2);
        let channel = app.get("/api/bonded/v1/channels/pypi/activity").token(&carls).await.expect(200);
        assert!(events(channel.text()).len() > 3);
        app.get("/api/bonded/v1/channels/pypi/activity").token(&token).await.expect(403);
        let own = app.get("/api/bonded/v1/activity").token(&token).await.expect(200);
        assert!(events(own.text()).iter().any(|event| event["text"].as_str().is_some_and(|text| text.starts_with("You "))));
        let middle = told[1]["seq"].as_i64().expect("a position");
        let older = app.get(&format!("{PROJECT}/activity?before={middle}")).token(&token).await.expect(200);
        assert_eq!(events(older.text()), told[2..]);
        app.get(&format!("{PROJECT}/activity?kind=weather")).token(&token).await.expect(400);
    }

    async fn a_narrow_token_that_manages_sees_only_its_own_places(app: TestApp) {
        ada(&app).await;
        let carl = app.user_as("carl", "pypi", ChannelRole::Admin).await;
        let elsewhere = app.token(&carl, Grant::verbs(&[Verb::Manage]).channel("main")).await;
        app.get("/api/bonded/v1/channels/pypi/activity").token(&elsewhere).await.expect(403);
        app.get(&format!("{PROJECT}/activity")).token(&elsewhere).await.expect(403);
        let project = app.token(&carl, Grant::verbs(&[Verb::Manage]).project("pypi", "parcel")).await;
        app.get("/api/bonded/v1/channels/pypi/activity").token(&project).await.expect(403);
        app.get(&format!("{PROJECT}/activity")).token(&project).await.expect(200);
    }

    async fn what_is_refused_is_found_where_it_was_refused(app: TestApp) {
        let token = ada(&app).await;
        let thief = app.publisher("pypi").await;
        let carl = app.user_as("carl", "pypi", ChannelRole::Admin).await;
        let carls = app.token(&carl, Grant::verbs(&[Verb::Manage])).await;
        app.upload_wheel("pypi", &thief, &Wheel::new("parcel", "7.0")).await.expect(403);
        app.delete(PROJECT).token(&thief).await.expect(403);
        app.post(&format!("{PROJECT}/releases/1.0/yank")).token(&thief).await.expect(403);
        for (path, reader) in [("/api/bonded/v1/channels/pypi/activity", &carls), (&format!("{PROJECT}/activity"), &token)] {
            let found = app.get(&format!("{path}?kind=refusal")).token(reader).await.expect(200);
            let found = events(found.text());
            assert_eq!(found.len(), 3, "{path}: {found:?}");
            assert!(found.iter().all(|event| event["project"] == "parcel" && event["channel"] == "pypi"), "{found:?}");
        }
    }

    async fn names_in_private_channels_are_not_for_guessing(app: TestApp) {
        app.channel("inner", ChannelFormat::Python, Visibility::Private).await;
        let eve = app.user_as("eve", "inner", ChannelRole::Publisher).await;
        let token = app.token(&eve, Grant::verbs(Verb::ALL)).await;
        for project in ["parcel", "crate"] {
            app.upload_wheel("inner", &token, &Wheel::new(project, "1.0")).await.expect(200);
        }
        let narrow = app.token(&eve, Grant::verbs(Verb::ALL).project("inner", "crate")).await;
        let blind = app.token(&app.user_as("zoe", "inner", ChannelRole::Publisher).await, Grant::verbs(&[Verb::Yank, Verb::Delete])).await;
        for (token, reads) in [(&narrow, true), (&blind, false)] {
            let ask = async |project: &str| {
                let path = format!("/api/bonded/v1/channels/inner/projects/{project}");
                [
                    app.delete(&path).token(token).await.expect(403).text().to_owned(),
                    app.post(&format!("{path}/releases/1.0/yank")).token(token).await.expect(403).text().to_owned(),
                    app.get(&format!("{path}/activity")).token(token).await.expect(403).text().to_owned(),
                ]
            };
            assert_eq!(ask("parcel").await, ask("absent").await, "{reads}");
        }
        let mint = async |token: &str, project: &str| {
            let body = json!({ "name": project, "verbs": ["publish"], "days": 1, "scope": [format!("inner/{project}")] });
            app.post("/api/bonded/v1/tokens").token(token).body(body.to_string()).await
        };
        let unread = app.token(&eve, Grant::verbs(&[Verb::Publish, Verb::Manage])).await;
        app.upload_wheel("inner", &app.publisher("inner").await, &Wheel::new("foreign", "1.0")).await.expect(200);
        for (token, own, others) in [(&narrow, "crate", "parcel"), (&unread, "parcel", "foreign")] {
            let told = async |project: &str| {
                let answer = mint(token, project).await.expect(422);
                answer.text().replace(project, "PROJECT")
            };
            assert_eq!(told(others).await, told("absent").await);
            mint(token, own).await.expect(201);
        }
        let path = "/api/bonded/v1/channels/inner/projects/absent";
        app.delete(path).token(&token).await.expect(404);
    }

    async fn names_of_packages_in_private_channels_are_not_for_guessing(app: TestApp) {
        app.channel("inner", ChannelFormat::Conda, Visibility::Private).await;
        let eve = app.user_as("eve", "inner", ChannelRole::Publisher).await;
        let token = app.token(&eve, Grant::verbs(Verb::ALL)).await;
        for name in ["box", "crate"] {
            app.upload_conda("inner", &token, &Package::noarch(name, "1.0")).await.expect(201);
        }
        let narrow = app.token(&eve, Grant::verbs(Verb::ALL).project("inner", "crate")).await;
        let ask = async |file: &str| {
            let path = format!("/api/v1/delete/inner/noarch/{file}");
            app.delete(&path).token(&narrow).await.expect(403).text().to_owned()
        };
        assert_eq!(ask("box-1.0-0.conda").await, ask("absent-1.0-0.conda").await);
        app.delete("/api/v1/delete/inner/noarch/absent-1.0-0.conda").token(&token).await.expect(404);
    }

    async fn the_document_of_a_project_forgets_who_left(app: TestApp) {
        ada(&app).await;
        let mo = app.user_as("mo", "pypi", ChannelRole::Publisher).await;
        let (registry, origin) = (&app.registry, app.registry.local_origin());
        let permit = registry.operator_manages_project(&app.operator(), "pypi", "parcel").await.expect("may");
        let roles = async || app.get("/pypi/pypi/parcel/json").await.expect(200).json()["ownership"]["roles"].as_array().map(Vec::len);
        assert_eq!(roles().await, Some(1));
        let holder = bonded_registry::roles::Holder::User(mo.name.to_string());
        registry.put_role(&permit, &origin, &holder, bonded_model::user::ProjectRole::Owner).await.expect("an owner");
        assert_eq!(roles().await, Some(2));
        let channel = registry.channel_named(&app.operator(), "pypi").await.expect("the channel");
        registry.remove_member(&app.operator(), &channel, &mo).await.expect("he leaves");
        assert_eq!(roles().await, Some(1), "he looks after it no more");
    }
}
