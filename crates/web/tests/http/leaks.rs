//! What secret scanners report, and whom to tell of holes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bonded_model::token::Verb;
use bonded_registry::SecurityContact;
use bonded_registry::leaks::ScannerKeys;
use bonded_testkit::app::{Grant, Setup};
use bonded_testkit::http::Request;
use bonded_testkit::{Engine, TestApp, with_app};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey, VerifyingKey};
use p256::pkcs8::{EncodePublicKey, LineEnding};
use serde_json::{Value, json};

const PATH: &str = "/_/secrets/disclose-token";
const KEY: &str = "scanner";

fn signing_key(byte: u8) -> SigningKey {
    SigningKey::from_slice(&[byte; 32]).expect("a key")
}

/// Makes the registry believe one scanner.
fn believe(app: &TestApp) {
    let pem = VerifyingKey::from(&signing_key(1)).to_public_key_pem(LineEnding::LF).expect("a key");
    let file = json!({ "public_keys": [{ "key_identifier": KEY, "key": pem, "is_current": true }] });
    app.registry.set_scanner_keys(ScannerKeys::from_json(file.to_string().as_bytes()).expect("keys"));
}

fn signature(key: &SigningKey, body: &[u8]) -> String {
    let signature: DerSignature = key.sign(body);
    STANDARD.encode(signature.as_bytes())
}

fn report(app: &TestApp, body: impl AsRef<[u8]>) -> Request {
    let signature = signature(&signing_key(1), body.as_ref());
    signed(app, KEY, &signature, body)
}

fn signed(app: &TestApp, key: &str, signature: &str, body: impl AsRef<[u8]>) -> Request {
    let request = app.post(PATH).header("GITHUB-PUBLIC-KEY-IDENTIFIER", key);
    request.header("Github-Public-Key-Signature", signature).body(body.as_ref().to_vec())
}

fn found(token: &str) -> Value {
    json!({ "token": token, "type": "bonded_api_token", "url": "https://code.example/x", "source": "commit" })
}

async fn works(app: &TestApp, token: &str) -> bool {
    app.get("/pypi/simple/").token(token).await.status() == 200
}

with_app! {
    async fn a_report_ends_the_tokens_in_it_and_says_nothing(app: TestApp) {
        believe(&app);
        let ada = app.user("ada").await;
        let [one, other, kept] = [app.token(&ada, Grant::verbs(Verb::ALL)).await,
            app.token(&ada, Grant::verbs(&[Verb::Read])).await, app.token(&ada, Grant::verbs(&[Verb::Read])).await];
        assert!(works(&app, &one).await && works(&app, &other).await);
        let unknown = bonded_model::token::ApiToken::generate(&bonded_model::Random::System);
        let list = json!([found(&one), 1, found("hunter2"), found(unknown.expose()), found(&other), found(&one)]);
        for body in [list, json!([]), json!([found(unknown.expose())])] {
            let answer = report(&app, body.to_string()).await.expect(204);
            assert!(answer.body.is_empty());
        }
        assert!(!works(&app, &one).await && !works(&app, &other).await && works(&app, &kept).await);
        let refused = app.get("/pypi/simple/").token(&one).await.expect(401);
        assert!(refused.text().contains("revoked"));
        let mut reader = app.registry.store.read().await.expect("the database answers");
        let rows = reader.audit_rows(0, 1_000).await.expect("the database answers");
        let leaks: Vec<_> = rows.iter().filter(|row| row.tag == "user:token:leak").collect();
        assert_eq!(leaks.len(), 2);
        assert!(leaks.iter().all(|row| row.body.contains("https://code.example/x") && row.body.contains(KEY)));
        assert!(leaks.iter().all(|row| !row.body.contains("bonded-") && row.address.is_some()));
    }

    async fn reports_that_nobody_signed_find_nothing(app: TestApp) {
        let ada = app.user("ada").await;
        let token = app.token(&ada, Grant::verbs(&[Verb::Read])).await;
        let body = json!([found(&token)]).to_string();
        let missing = app.get("/_/no/such/path/anywhere").await.expect(404);
        let before = report(&app, &body).await.expect(404);
        assert_eq!(before.body, missing.body);
        believe(&app);
        for request in [
            app.post(PATH).body(body.clone()),
            app.post(PATH).body(body.clone()).header("github-public-key-identifier", KEY),
            app.post(PATH).body(body.clone()).header("github-public-key-signature", "x"),
        ] {
            assert_eq!(request.await.expect(404).body, missing.body);
        }
        app.get(PATH).await.expect(405);
        assert!(works(&app, &token).await);
    }

    async fn forged_and_broken_reports_are_refused(app: TestApp) {
        believe(&app);
        let ada = app.user("ada").await;
        let token = app.token(&ada, Grant::verbs(&[Verb::Read])).await;
        let body = json!([found(&token)]).to_string();
        let good = signature(&signing_key(1), body.as_bytes());
        for (attack, request) in [
            ("another key", signed(&app, KEY, &signature(&signing_key(2), body.as_bytes()), &body)),
            ("an unknown key", signed(&app, "x", &good, &body)),
            ("no signature", signed(&app, KEY, "", &body)),
            ("no base64", signed(&app, KEY, "!!", &body)),
            ("no DER", signed(&app, KEY, &STANDARD.encode([7; 70]), &body)),
            ("another body", signed(&app, KEY, &good, body.replace("commit", "content"))),
            ("no JSON", report(&app, "[")),
            ("no text", report(&app, [0xff, 0])),
            ("no body", report(&app, "")),
            ("no list", report(&app, json!({ "token": token }).to_string())),
            ("too long a list", report(&app, format!("[{}0]", "0,".repeat(5_000)))),
        ] {
            let answer = request.await;
            assert_eq!(answer.status(), 400, "{attack}");
            assert!(!answer.text().contains(&token[7..]), "{attack}");
        }
        report(&app, format!("[{}0]", " ".repeat(1 << 20))).await.expect(413);
        assert!(works(&app, &token).await);
    }

    async fn without_a_contact_there_is_no_security_txt(app: TestApp) {
        app.get("/.well-known/security.txt").await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn security_txt_is_what_rfc_9116_asks_for() {
    let mut setup = Setup::default();
    let contact = "mailto:security@example.org".to_owned();
    setup.settings.security =
        Some(SecurityContact { contact, policy: Some("https://example.org/policy".into()) });
    let app = TestApp::with(Engine::Sqlite, setup).await;
    let answer = app.get("/.well-known/security.txt").await.expect(200);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let fields: Vec<_> = answer.text().lines().filter_map(|line| line.split_once(": ")).collect();
    assert_eq!(fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["Contact", "Expires", "Policy"]);
    let expires: bonded_model::Timestamp = fields[1].1.parse().expect("a time of RFC 3339");
    let left = (expires - app.now()).num_days();
    assert!((90..365).contains(&left), "{left}");
    app.head("/.well-known/security.txt").await.expect(200);
}
