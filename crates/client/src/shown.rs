//! What others wrote, made fit to be shown: it must not read as if we had said it.

/// A line of text: what moves the cursor, hides or turns around other text is escaped, line ends too.
pub fn line(text: &str) -> String {
    escaped(text, " ")
}

/// One word, which spaces would make several.
pub fn word(text: &str) -> String {
    escaped(text, "\\u{20}")
}

fn escaped(text: &str, space: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' => shown.push_str(space),
            '\'' | '"' | '\\' => shown.push(c),
            // Has an escape for all that Unicode does not print, such as marks of direction.
            c => shown.extend(c.escape_debug()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(line("a\n b\r\u{1b}[2K\u{9b}1A\t\u{7f}"), "a\\n b\\r\\u{1b}[2K\\u{9b}1A\\t\\u{7f}");
        assert_eq!(line("\u{202e}x\u{2066}\u{200b}\u{2028}"), "\\u{202e}x\\u{2066}\\u{200b}\\u{2028}");
    }

    #[test]
    fn words_stay_one_word_and_plain_text_stays_as_it_is() {
        assert_eq!(word("0 (INFO: trusted)\u{a0}"), "0\\u{20}(INFO:\\u{20}trusted)\\u{a0}");
        for plain in ["h12_0", "it's \"C:\\x\"", "größer → 日本"] {
            assert_eq!(line(plain), plain);
        }
    }
}
