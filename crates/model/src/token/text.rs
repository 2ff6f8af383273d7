//! Tokens in the midst of other text.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::ApiToken;
use super::secret::{DIGIT_COUNT, PREFIX};

/// No name of a project goes on for so long without a separator; a token does.
const SUSPICIOUS_LEN: usize = 16;
/// What goes on for so long behind the prefix is a token, perhaps a mistyped one.
const CERTAIN_LEN: usize = 40;

/// Every whole token in the text. Look-alikes are told apart by their checksum.
pub fn tokens_in(text: &str) -> impl Iterator<Item = ApiToken> {
    let pieces = text.split(PREFIX).skip(1);
    pieces.filter_map(|piece| format!("{PREFIX}{}", piece.get(..DIGIT_COUNT)?).parse().ok())
}

/// Whether a token is in the text, as it is or percent-encoded, mistyped ones too.
pub fn holds_token(text: &str) -> bool {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    let run = |piece: &str| piece.bytes().take_while(u8::is_ascii_alphanumeric).count();
    decoded.split(PREFIX).skip(1).any(|piece| run(piece) >= CERTAIN_LEN)
}

/// The text as a log or a record may hold it: people put tokens where no client does, for example behind a channel's
/// name. Whatever looks like a token is hidden, also half of one, and also when it is percent-encoded.
pub fn redacted(text: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    if !decoded.contains(PREFIX) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(decoded.len());
    let mut pieces = decoded.split(PREFIX);
    shown.extend(pieces.next());
    for piece in pieces {
        let rest = piece.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        let secret = &piece[..piece.len() - rest.len()];
        shown.push_str(PREFIX);
        shown.push_str(if secret.len() < SUSPICIOUS_LEN { secret } else { "[redacted]" });
        shown.push_str(rest);
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn whole_tokens_are_found_wherever_they_stand() {
        let [one, other] = [1, 2].map(|seed| ApiToken::generate(&Random::seeded(seed)));
        let text = format!(
            "TOKEN={}\nhttps://x:{}@host/ bonded-client {} bonded-é{}",
            one.expose(),
            other.expose(),
            &one.expose()[..40],
            "a".repeat(60),
        );
        let found: Vec<_> = tokens_in(&text).map(|token| token.hash()).collect();
        assert_eq!(found, [one.hash(), other.hash()]);
        assert_eq!(tokens_in("bonded-").count(), 0);
    }

    #[test]
    fn a_token_in_the_wrong_place_is_hidden() {
        let token = ApiToken::generate(&Random::seeded(3)).expose().to_owned();
        let escaped: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for token in [&token, &escaped, &token[..30].to_owned()] {
            for path in [format!("/main/t/{token}/noarch"), format!("//t/{token}"), format!("/{token}.conda")]
            {
                let shown = redacted(&path);
                assert!(shown.contains("bonded-[redacted]"), "{shown}");
                assert_eq!(holds_token(&path), token.len() > 40, "{path}");
            }
        }
        let file = "/pypi/files/bonded-client-1.0.tar.gz";
        assert!(redacted(file) == file && !holds_token(file));
    }
}
