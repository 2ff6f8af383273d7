//! Mail servers: a small one that speaks RFC 5321 as it is told, and what becomes of a mail with it.

#![expect(clippy::unwrap_used, reason = "the helpers of tests may fail as tests do")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bonded_mail::{MailError, Mailer, Message, Rendered, Sent, SmtpUrlError};
use bonded_model::Timestamp;
use mailparse::MailHeaderMap;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server heard, line by line.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server that answers a command with a reply of `replies`, by the command's first word (`DATA.` stands for the end of
/// a mail), or that all is well.
async fn serve(replies: &[(&'static str, &'static str)]) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, heard) = (listener.local_addr().unwrap().port(), Heard::default());
    let (replies, shared) = (replies.iter().copied().collect::<HashMap<_, _>>(), heard.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = talk(stream, &replies, &shared).await;
        }
    });
    (port, heard)
}

async fn talk(stream: TcpStream, replies: &HashMap<&str, &str>, heard: &Heard) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut in_data = false;
    stream.write_all(b"220 mail.example.org ready\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end().to_owned();
        heard.lock().unwrap().push(line.clone());
        let command = match (in_data, line.as_str()) {
            (true, ".") => "DATA.",
            (true, _) => continue,
            (false, line) => line.split([' ', ':']).next().unwrap_or_default(),
        };
        let usual = match command {
            "EHLO" => "250-mail.example.org\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 AUTH PLAIN",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let reply = replies.get(command).copied().unwrap_or(usual);
        in_data = command == "DATA" && reply.starts_with('3');
        stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
}

fn rendered() -> Rendered {
    let instance = bonded_mail::Instance {
        name: "Example".to_owned(),
        base_url: "https://packages.example.org".to_owned(),
    };
    let user = "ada".parse().unwrap();
    Message::AccountReinstated { user, at: Timestamp::UNIX_EPOCH }.render(&instance).unwrap()
}

fn mailer(url: &str) -> Result<Mailer, SmtpUrlError> {
    Mailer::smtp(&url.to_owned().into())
}

async fn send_by(mailer: &Mailer, rendered: &Rendered) -> Result<Sent, MailError> {
    let (from, to) = ("bonded@localhost".parse().unwrap(), "ada@example.org".parse().unwrap());
    mailer.send(&from, &to, rendered, Timestamp::UNIX_EPOCH, "0199").await
}

/// Sends a mail to a server with these replies.
async fn send(replies: &[(&'static str, &'static str)]) -> (Result<Sent, MailError>, Vec<String>) {
    let (port, heard) = serve(replies).await;
    let sent = send_by(&mailer(&format!("smtp://127.0.0.1:{port}?tls=none")).unwrap(), &rendered()).await;
    let heard = heard.lock().unwrap().clone();
    (sent, heard)
}

#[tokio::test]
async fn a_mail_arrives_whole() {
    let (sent, heard) = send(&[]).await;
    assert_eq!(sent.unwrap(), Sent::Delivered);
    assert!(heard.iter().any(|line| line.starts_with("MAIL FROM:<bonded@localhost>")), "{heard:?}");
    assert!(heard.iter().any(|line| line == "RCPT TO:<ada@example.org>"), "{heard:?}");
    let (start, end) = (position(&heard, "DATA"), position(&heard, "."));
    let bytes = heard[start + 1..end].join("\r\n");
    let mail = mailparse::parse_mail(bytes.as_bytes()).unwrap();
    assert_eq!(mail.headers.get_first_value("Message-ID").unwrap(), "<0199@localhost>");
    assert_eq!(mail.subparts[0].get_body().unwrap().trim(), rendered().text.replace('\n', "\r\n").trim());
}

fn position(heard: &[String], line: &str) -> usize {
    heard.iter().position(|heard| heard == line).unwrap()
}

#[tokio::test]
async fn a_line_with_one_dot_does_not_end_the_mail() {
    let (port, heard) = serve(&[]).await;
    let mailer = mailer(&format!("smtp://127.0.0.1:{port}?tls=none")).unwrap();
    let rendered = Rendered { text: "before\n.\nRCPT TO:<everybody@example.org>\n".to_owned(), ..rendered() };
    send_by(&mailer, &rendered).await.unwrap();
    let heard = heard.lock().unwrap().clone();
    assert!(position(&heard, ".") > position(&heard, ".."), "{heard:?}");
}

#[tokio::test]
async fn an_unknown_recipient_is_refused_for_good() {
    for (command, reply) in
        [("RCPT", "550 no such user"), ("MAIL", "553 not from you"), ("DATA.", "554 spam")]
    {
        let (sent, _) = send(&[(command, reply)]).await;
        assert!(sent.unwrap_err().is_permanent(), "{command} {reply}");
    }
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again() {
    for (command, reply) in [
        ("EHLO", "421 too many connections"),
        ("MAIL", "452 no space"),
        ("RCPT", "450 greylisted"),
        ("DATA.", "451 try again"),
    ] {
        let (sent, _) = send(&[(command, reply)]).await;
        assert!(!sent.unwrap_err().is_permanent(), "{command} {reply}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_asked_again() {
    let mailer = mailer("smtp://127.0.0.1:1?tls=none").unwrap();
    assert!(!send_by(&mailer, &rendered()).await.unwrap_err().is_permanent());
    assert!(mailer.check().await.is_err());
}

#[tokio::test]
async fn user_and_password_are_decoded_and_sent() {
    let (port, heard) = serve(&[]).await;
    let mailer = mailer(&format!("smtp://ada%40example.org:p%3Ass@127.0.0.1:{port}?tls=none")).unwrap();
    mailer.check().await.unwrap();
    let plain = "AUTH PLAIN AGFkYUBleGFtcGxlLm9yZwBwOnNz";
    assert!(heard.lock().unwrap().iter().any(|line| line == plain), "{heard:?}");
}

#[tokio::test]
async fn a_wrong_password_is_the_operators_to_mend_and_loses_no_mail() {
    let (port, _) = serve(&[("AUTH", "535 wrong")]).await;
    let mailer = mailer(&format!("smtp://ada:wrong@127.0.0.1:{port}?tls=none")).unwrap();
    assert!(!send_by(&mailer, &rendered()).await.unwrap_err().is_permanent());
    assert!(mailer.check().await.is_err());
}

#[tokio::test]
async fn a_server_without_tls_hears_neither_mail_nor_password() {
    let (port, heard) = serve(&[]).await;
    let mailer = mailer(&format!("smtp://ada:secret@localhost:{port}")).unwrap();
    assert!(!send_by(&mailer, &rendered()).await.unwrap_err().is_permanent());
    let heard = heard.lock().unwrap().clone();
    assert!(!heard.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{heard:?}");
}

#[tokio::test]
async fn a_server_that_takes_off_starttls_in_between_gets_nothing() {
    let ehlo = "250-mail.example.org\r\n250-STARTTLS\r\n250 AUTH PLAIN";
    let (port, heard) = serve(&[("EHLO", ehlo), ("STARTTLS", "454 not now")]).await;
    let mailer = mailer(&format!("smtp://ada:secret@localhost:{port}?tls=required")).unwrap();
    assert!(send_by(&mailer, &rendered()).await.is_err());
    let heard = heard.lock().unwrap().clone();
    assert!(heard.iter().any(|line| line == "STARTTLS"), "{heard:?}");
    assert!(!heard.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = tokio::spawn(async move {
        let connection = listener.accept().await;
        std::future::pending::<()>().await;
        drop(connection);
    });
    let mailer = mailer(&format!("smtp://127.0.0.1:{port}?tls=none")).unwrap();
    let error = send_by(&mailer, &rendered()).await.unwrap_err();
    assert!(!error.is_permanent());
    silent.abort();
}

#[test]
fn urls_of_mail_servers() {
    for good in [
        "smtp://mail.example.org",
        "smtp://mail.example.org:2525?tls=required",
        "smtp://ada:secret@mail.example.org:587",
        "smtps://ada:secret@mail.example.org",
        "smtp://mail.example.org?tls=none",
        "smtp://ada:secret@localhost?tls=none",
        "smtp://ada:secret@127.0.0.1:25?tls=none",
        "smtp://ada:secret@[::1]?tls=none",
    ] {
        assert!(mailer(good).is_ok(), "{good}");
    }
    let refused = |url: &str| mailer(url).unwrap_err();
    for bad in
        ["", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://host/path", "smtp://host#x"]
    {
        assert!(matches!(refused(bad), SmtpUrlError::Form), "{bad}");
    }
    for bad in
        ["smtp://host?tls=maybe", "smtp://host?tls=opportunistic", "smtps://host?tls=none", "smtp://host?x=1"]
    {
        assert!(matches!(refused(bad), SmtpUrlError::Query), "{bad}");
    }
    assert!(matches!(refused("smtp://ada@host"), SmtpUrlError::Password));
    assert!(matches!(refused("smtp://:secret@host"), SmtpUrlError::Password));
    for bad in ["smtp://ada:secret@mail.example.org?tls=none", "smtp://ada:secret@192.0.2.1?tls=none"] {
        assert!(matches!(refused(bad), SmtpUrlError::PlainPassword), "{bad}");
    }
}

#[test]
fn nothing_shows_the_password() {
    let good = mailer("smtp://ada:secret@mail.example.org").unwrap();
    assert_eq!(format!("{good:?}"), "Smtp(mail.example.org:587)");
    for bad in ["smtp://ada:secret@host?tls=x", "smtp://ada:secret@", "x://ada:secret@host", "ada:secret"] {
        let error = mailer(bad).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{bad}");
    }
}
