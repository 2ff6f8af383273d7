//! The outbox, through the public interface.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail as tests do")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use bonded_mail::{MailError, Mailer, Message, Rendered, Sent};
use bonded_model::Timestamp;
use mailparse::MailHeaderMap;

fn rendered() -> Rendered {
    let instance = bonded_mail::Instance {
        name: "Example".to_owned(),
        base_url: "https://packages.example.org".to_owned(),
    };
    let user = "ada".parse().unwrap();
    Message::AccountReinstated { user, at: Timestamp::UNIX_EPOCH }.render(&instance).unwrap()
}

async fn send(mailer: &Mailer, id: &str) -> Result<Sent, MailError> {
    let (from, to) = ("bonded@localhost".parse().unwrap(), "ada@example.org".parse().unwrap());
    mailer.send(&from, &to, &rendered(), Timestamp::UNIX_EPOCH, id).await
}

#[tokio::test]
async fn a_mail_lies_in_a_file_that_its_owner_alone_can_read() {
    let parent = tempfile::tempdir().unwrap();
    let outbox = parent.path().join("data/outbox");
    let sent = send(&Mailer::outbox(outbox.clone()), "0199-a").await.unwrap();
    let path = outbox.join("19700101T000000Z-0199-a.eml");
    assert_eq!(sent, Sent::Written(path.clone()));
    let bytes = fs::read(&path).unwrap();
    let mail = mailparse::parse_mail(&bytes).unwrap();
    assert_eq!(mail.headers.get_first_value("Subject").unwrap(), "[Example] Your account was reinstated");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(&outbox).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::read_dir(&outbox).unwrap().count(), 1);
}

#[tokio::test]
async fn an_id_never_leads_out_of_the_outbox() {
    let outbox = tempfile::tempdir().unwrap();
    let sent = send(&Mailer::outbox(outbox.path().to_owned()), "../../x").await.unwrap();
    assert_eq!(sent, Sent::Written(outbox.path().join("19700101T000000Z-x.eml")));
}

#[tokio::test]
async fn an_outbox_that_cannot_be_written_is_told_and_may_be_mended() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    let mailer = Mailer::outbox(file.join("outbox"));
    assert!(mailer.check().await.is_err());
    assert!(!send(&mailer, "1").await.unwrap_err().is_permanent());
    let mailer = Mailer::outbox(parent.path().join("outbox"));
    mailer.check().await.unwrap();
    assert_eq!(fs::read_dir(parent.path().join("outbox")).unwrap().count(), 0);
}
