//! What a good password is: long enough, hard to guess for somebody who knows its owner, and on no list of passwords that
//! everybody tries first (NIST SP 800-63B, section 3.1.1.2: length and lists in place of rules about characters).

use secrecy::{ExposeSecret, SecretString};
use zxcvbn::Score;
use zxcvbn::feedback::{Suggestion, Warning};

use crate::common;
use crate::password::MAX_BYTES;

/// The shortest password, in characters.
pub const MIN_CHARS: usize = 8;
/// Characters that the estimate looks at: its time grows fast with the length, and whoever has typed so many is safe.
const ESTIMATED_CHARS: usize = 48;

/// Why a password is not good enough. The texts are for the person who chose it and never repeat it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Below [`MIN_CHARS`].
    #[error("use at least {MIN_CHARS} characters; three or four unrelated words are a good password")]
    TooShort,
    /// Above [`MAX_BYTES`].
    #[error("use at most {MAX_BYTES} bytes")]
    TooLong,
    /// On the list of passwords from known breaches, or known to the breach service.
    #[error("this password is on lists of stolen passwords, which attackers try first: choose another one")]
    Breached,
    /// Too few guesses away.
    #[error("this password is too easy to guess: {reason}. {advice}")]
    Guessable {
        /// What makes it so, half a sentence.
        reason: &'static str,
        /// What would help, whole sentences.
        advice: &'static str,
    },
}

/// Checks a new password. `words_of_the_user` are what an attacker tries first for this person: name, display name,
/// addresses. Takes milliseconds, with passwords that were made for it some hundred: call it on the blocking pool.
pub fn check(password: &SecretString, words_of_the_user: &[&str]) -> Result<(), Weak> {
    let password = password.expose_secret();
    if password.chars().count() < MIN_CHARS {
        return Err(Weak::TooShort);
    }
    if password.len() > MAX_BYTES {
        return Err(Weak::TooLong);
    }
    if common::contains(password) {
        return Err(Weak::Breached);
    }
    estimate(password, words_of_the_user)
}

fn estimate(password: &str, words_of_the_user: &[&str]) -> Result<(), Weak> {
    let beginning: String = password.chars().take(ESTIMATED_CHARS).collect();
    let estimate = zxcvbn::zxcvbn(&beginning, &words(words_of_the_user));
    if estimate.score() >= Score::Three {
        return Ok(());
    }
    let feedback = estimate.feedback();
    let reason =
        feedback.and_then(|feedback| feedback.warning()).map_or("it is made of common parts", reason);
    let advice = feedback.and_then(|feedback| feedback.suggestions().last().copied());
    Err(Weak::Guessable { reason, advice: advice.map_or(ADD_WORDS, self::advice) })
}

/// The words and their parts: of `ada.lovelace@example.org` also `ada`, `lovelace` and `example`.
fn words<'a>(given: &[&'a str]) -> Vec<&'a str> {
    let parts =
        |word: &'a str| word.split(|c: char| !c.is_alphanumeric()).filter(|part| part.chars().count() > 2);
    given.iter().flat_map(|word| std::iter::once(*word).chain(parts(word))).collect()
}

const ADD_WORDS: &str = "Add one or two uncommon words.";

fn reason(warning: Warning) -> &'static str {
    match warning {
        Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess => {
            "it follows neighbouring keys of the keyboard"
        }
        Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => {
            "it repeats itself"
        }
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => "it is like a password that many people use",
        Warning::SequencesLikeAbcAreEasyToGuess => "it counts or follows the alphabet",
        Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess => {
            "it is mostly a date or a year"
        }
        Warning::AWordByItselfIsEasyToGuess => "it is a single word, or your name or address",
        Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => "it is mostly a name",
    }
}

fn advice(suggestion: Suggestion) -> &'static str {
    match suggestion {
        Suggestion::UseAFewWordsAvoidCommonPhrases
        | Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters
        | Suggestion::AddAnotherWordOrTwo => ADD_WORDS,
        Suggestion::CapitalizationDoesntHelpVeryMuch
        | Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => {
            "Capital letters hardly help; add an uncommon word."
        }
        Suggestion::ReversedWordsArentMuchHarderToGuess => {
            "Reversed words hardly help; add an uncommon word."
        }
        Suggestion::PredictableSubstitutionsDontHelpVeryMuch => {
            "Putting '@' for 'a' hardly helps; add an uncommon word."
        }
        Suggestion::UseALongerKeyboardPatternWithMoreTurns | Suggestion::AvoidSequences => {
            "Use uncommon words in place of patterns."
        }
        Suggestion::AvoidRepeatedWordsAndCharacters => "Use different words.",
        Suggestion::AvoidRecentYears
        | Suggestion::AvoidYearsThatAreAssociatedWithYou
        | Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => {
            "Leave out dates and years; add an uncommon word."
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checked(password: &str, words: &[&str]) -> Result<(), Weak> {
        check(&password.into(), words)
    }

    fn is_guessable(password: &str, words: &[&str]) -> bool {
        matches!(checked(password, words), Err(Weak::Guessable { .. }))
    }

    #[test]
    fn pass_phrases_and_random_passwords_are_good() {
        for good in [
            "unlisted marmalade teapot",
            "xK4!vq9-Wm2z",
            "пароль из четырёх слов",
            "correcthorsebatterystaple",
        ] {
            assert_eq!(checked(good, &["ada"]), Ok(()), "{good}");
        }
    }

    #[test]
    fn length_counts_in_characters_and_ends_in_bytes() {
        assert_eq!(checked("xK4!vq9", &[]), Err(Weak::TooShort));
        assert_eq!(checked("ääääää7", &[]), Err(Weak::TooShort));
        let long = "unlisted marmalade teapot ".repeat(200);
        assert_eq!(checked(&long[..MAX_BYTES], &[]), Ok(()));
        assert_eq!(checked(&long[..=MAX_BYTES], &[]), Err(Weak::TooLong));
    }

    #[test]
    fn common_and_patterned_passwords_are_guessable() {
        for bad in ["password", "Passw0rd!", "qwertyuiop", "11111111", "abcdefgh", "19841984", "letmein123"] {
            assert!(is_guessable(bad, &[]), "{bad}");
        }
    }

    #[test]
    fn what_the_estimate_lets_pass_but_attackers_try_is_breached() {
        for bad in ["therewillbeblood", "ThereWillBeBlood"] {
            assert_eq!(checked(bad, &[]), Err(Weak::Breached), "{bad}");
        }
    }

    #[test]
    fn a_password_made_of_ones_own_name_or_address_is_guessable() {
        let own = ["zbigniewk", "Zbigniew Kowalczyk", "zbigniew.kowalczyk@brzezinski.example"];
        for bad in ["zbigniewk1", "kowalczyk7", "brzezinski!"] {
            assert!(is_guessable(bad, &own), "{bad}");
        }
        assert_eq!(checked("kowalczykbrzezinski", &[]), Ok(()));
        assert!(is_guessable("kowalczykbrzezinski", &own));
    }

    #[test]
    fn the_text_says_what_to_do_and_does_not_repeat_the_password() {
        let text = checked("qwertyuiop", &[]).unwrap_err().to_string();
        assert!(!text.contains("qwertyuiop"));
        assert!(text.contains("too easy to guess") && text.ends_with('.'), "{text}");
    }

    #[test]
    fn a_password_that_was_made_to_keep_the_estimate_busy_does_not() {
        // Every character stands for a letter, or for two, so that the words it may hide are many.
        let started = std::time::Instant::now();
        let _ = checked(&"4@8({[<369&!1|0$5+7%2".repeat(190), &[]);
        assert!(started.elapsed() < std::time::Duration::from_secs(5));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(password: String, word: String) {
            let _ = checked(&password, &[&word]);
        }
    }
}
