//! Numbers as Python writes them after it has read them.

use super::CanonicalError;

/// The most digits of an integer that Python reads without being told to.
const MAX_DIGITS: usize = 4300;

/// Writes a number of JSON's grammar: an integer as it is, with a fraction or an exponent as a float of 64 bits.
pub(super) fn write(text: &str, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    if text.contains(['.', 'e', 'E']) { float(text, out) } else { integer(text, out) }
}

fn integer(text: &str, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    if text.trim_start_matches('-').len() > MAX_DIGITS {
        return Err(CanonicalError::Number);
    }
    // An integer has no negative zero.
    out.extend_from_slice(if text == "-0" { b"0" } else { text.as_bytes() });
    Ok(())
}

fn float(text: &str, out: &mut Vec<u8>) -> Result<(), CanonicalError> {
    let number: f64 = text.parse().map_err(|_| CanonicalError::Number)?;
    if !number.is_finite() {
        return Err(CanonicalError::Number);
    }
    out.extend_from_slice(repr(number).as_bytes());
    Ok(())
}

/// Python's `repr`: the fewest digits that give the same float, with an exponent below 1e-4 and from 1e16 on.
///
/// Of two equally short texts that are equally near, Python takes the even one, and so does Ryu; Rust's own
/// formatting does not.
fn repr(number: f64) -> String {
    let mut buffer = ryu::Buffer::new();
    let shortest = buffer.format_finite(number);
    if let Some((mantissa, exponent)) = shortest.split_once('e') {
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    // Ryu's plain notation reaches one place further down than Python's.
    let (minus, unsigned) = shortest.strip_prefix('-').map_or(("", shortest), |unsigned| ("-", unsigned));
    match unsigned.strip_prefix("0.0000").map(|digits| digits.split_at(1)) {
        Some((first, "")) => format!("{minus}{first}e-05"),
        Some((first, rest)) => format!("{minus}{first}.{rest}e-05"),
        None => shortest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> String {
        let mut out = Vec::new();
        write(text, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn floats_are_written_as_python_does() {
        let pairs = [
            ("1.0", "1.0"),
            ("1E22", "1e+22"),
            ("1e16", "1e+16"),
            ("123456789012345.6", "123456789012345.6"),
            ("1e15", "1000000000000000.0"),
            ("0.0001", "0.0001"),
            ("-0.0", "-0.0"),
            ("1e-999", "0.0"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("5e-324", "5e-324"),
            ("0.1000000000000000055511151231257827", "0.1"),
            ("-0.000012", "-1.2e-05"),
            ("0.00001", "1e-05"),
            // Halfway between two texts that both read back: the even one.
            ("2206122968174446.25", "2206122968174446.2"),
            ("-2206122968174446.75", "-2206122968174446.8"),
            ("4503599627370495.5", "4503599627370495.5"),
        ];
        for (text, python) in pairs {
            assert_eq!(number(text), python, "{text}");
        }
    }

    #[test]
    fn integers_keep_all_their_digits() {
        for text in ["0", "-5", "1180591620717411303424", "-18446744073709551617"] {
            assert_eq!(number(text), text);
        }
        assert_eq!(number("-0"), "0");
        assert_eq!(number(&"9".repeat(MAX_DIGITS)).len(), MAX_DIGITS);
    }

    #[test]
    fn numbers_that_python_does_not_read_or_write_back_are_refused() {
        assert!(write(&"9".repeat(MAX_DIGITS + 1), &mut Vec::new()).is_err());
        assert!(write("1e999", &mut Vec::new()).is_err());
    }
}
