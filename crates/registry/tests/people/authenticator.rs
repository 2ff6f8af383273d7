//! An authenticator app: the other side of RFC 6238, written down a second time.

use bonded_model::Timestamp;
use bonded_registry::Error;
use bonded_testkit::TestApp;
use chrono::TimeDelta;
use sha1::{Digest, Sha1};

use crate::world::Browser;

/// An app that was given a key.
pub(crate) struct Authenticator(Vec<u8>);

impl Authenticator {
    /// Reads the key in base 32, as people type it.
    pub(crate) fn of(key: &str) -> Self {
        let digits = key.bytes().filter(|byte| *byte != b' ').map(|byte| match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            other => panic!("no digit in base 32: {other}"),
        });
        let bits: Vec<_> = digits.flat_map(|digit| (0..5).rev().map(move |bit| digit >> bit & 1)).collect();
        Self(bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit)).collect())
    }

    /// The code at this moment.
    pub(crate) fn code(&self, now: Timestamp) -> String {
        let step = now.timestamp().div_euclid(30).to_be_bytes();
        let mac = self.hmac(&step);
        let offset = usize::from(mac[19] & 15);
        let number = u32::from_be_bytes(mac[offset..offset + 4].try_into().expect("four bytes"));
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }

    /// Whether the key lies in there as it is.
    pub(crate) fn is_in(&self, bytes: &[u8]) -> bool {
        bytes.windows(self.0.len()).any(|window| window == self.0)
    }

    fn hmac(&self, message: &[u8]) -> [u8; 20] {
        let pad = |with: u8| {
            let mut block = [with; 64];
            block.iter_mut().zip(&self.0).for_each(|(byte, key)| *byte ^= key);
            block
        };
        let inner = Sha1::new().chain_update(pad(0x36)).chain_update(message).finalize();
        Sha1::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
    }
}

/// Makes recovery codes, and types one of them back.
pub(crate) async fn make_codes(app: &TestApp, browser: &Browser<'_>) -> Vec<String> {
    let session = browser.session().await;
    let fresh = session.fresh().expect("a fresh proof");
    let codes = app.registry.make_recovery_codes(&fresh, &browser.visit).await.expect("codes");
    let confirmed = app.registry.confirm_recovery_codes(&session, &browser.visit, &codes[0]).await;
    confirmed.expect("it is one of them");
    codes
}

/// Sets up an app; gives it with the recovery codes.
pub(crate) async fn secure(app: &TestApp, browser: &mut Browser<'_>) -> (Authenticator, Vec<String>) {
    let codes = make_codes(app, browser).await;
    let session = browser.session().await;
    let fresh = session.fresh().expect("a fresh proof");
    let new = app.registry.begin_totp(&fresh, &browser.visit).await.expect("it begins");
    let authenticator = Authenticator::of(&new.key);
    let code = authenticator.code(app.now());
    app.registry.add_totp(&fresh, &browser.visit, &code).await.expect("the code is right");
    // The next code is another one.
    app.advance(TimeDelta::seconds(30));
    (authenticator, codes)
}

/// Proves by the app.
pub(crate) async fn prove(
    app: &TestApp,
    browser: &mut Browser<'_>,
    authenticator: &Authenticator,
) -> Result<(), Error> {
    let session = browser.session().await;
    let code = authenticator.code(app.now());
    let rotated = app.registry.prove_with_totp(&session, &browser.visit, &code).await?;
    browser.take(rotated);
    Ok(())
}
