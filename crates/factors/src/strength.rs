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
const ESTIMATED_CHARS: usize = 72;

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
/// addresses. Takes milliseconds.
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
