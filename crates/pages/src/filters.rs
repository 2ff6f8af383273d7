//! How templates write values.
#![expect(unreachable_pub, reason = "the macro makes the filters' methods public")]

use std::fmt;

use askama::filters::Safe;
use bonded_model::Timestamp;

use crate::paths;

/// A moment as people read it, with its zone: the same words for everybody who talks about it.
#[askama::filter_fn]
pub(crate) fn when(moment: &Timestamp, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    let machine = moment.format("%Y-%m-%dT%H:%M:%SZ");
    let words = moment.format("%-d %B %Y, %H:%M UTC");
    Ok(Safe(format!("<time datetime=\"{machine}\">{words}</time>")))
}

/// A day as people read it.
#[askama::filter_fn]
pub(crate) fn day(moment: &Timestamp, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    let machine = moment.format("%Y-%m-%d");
    let words = moment.format("%-d %B %Y");
    Ok(Safe(format!("<time datetime=\"{machine}\">{words}</time>")))
}

/// A number of bytes as people read it.
#[askama::filter_fn]
pub(crate) fn size(bytes: &u64, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(words_for_size(*bytes))
}

/// A name as the value of a query.
#[askama::filter_fn]
pub(crate) fn segment(name: &str, _: &dyn askama::Values) -> askama::Result<String> {
    Ok(paths::segment(name))
}

/// Hexadecimal digits in groups of four, between which lines may break; whoever copies them gets no spaces.
#[askama::filter_fn]
pub(crate) fn hex<T: fmt::Display>(digits: T, _: &dyn askama::Values) -> askama::Result<Safe<String>> {
    Ok(Safe(format!("<code class=\"hex\">{}</code>", in_groups(&digits.to_string()))))
}

/// Whatever is no digit is left out, so this is safe as HTML.
fn in_groups(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().filter(char::is_ascii_hexdigit).collect();
    let group = |group: &[char]| format!("<span>{}</span>", group.iter().collect::<String>());
    digits.chunks(4).map(group).collect::<Vec<_>>().join("<wbr>")
}

/// One digit behind the point, in tenths so that no rounding surprises: 1 kB is 1,000 bytes.
fn words_for_size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => {
            let tenths = bytes / (unit / 10);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_and_nothing_else_does() {
        assert_eq!(in_groups("0123 4567 89"), "<span>0123</span><wbr><span>4567</span><wbr><span>89</span>");
        assert_eq!(in_groups("<b>&"), "<span>b</span>");
    }

    #[test]
    fn sizes_are_told_in_the_largest_unit_that_fits() {
        let cases = [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (1_999_999, "1.9 MB")];
        for (bytes, words) in cases {
            assert_eq!(words_for_size(bytes), words);
        }
        assert_eq!(words_for_size(12_345_678_901), "12.3 GB");
    }
}
