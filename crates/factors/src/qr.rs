//! QR codes as SVG, without styles: the pages' Content-Security-Policy allows none inline.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// White modules around the code, as ISO/IEC 18004 asks for.
const QUIET_ZONE: usize = 4;

/// `text` as one `<svg>` element with `title` for people who do not see it, or `None` if it is too long for a QR code.
/// White and black are part of it, for a code in the colours of a dark page is not read by every camera.
pub(crate) fn svg(text: &str, title: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let size = width + 2 * QUIET_ZONE;
    let mut path = String::new();
    for (row, modules) in colors.chunks(width).enumerate() {
        for (column, _) in modules.iter().enumerate().filter(|(_, module)| **module == Color::Dark) {
            let _ = write!(path, "M{} {}h1v1h-1z", column + QUIET_ZONE, row + QUIET_ZONE);
        }
    }
    let title = escape(title);
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="{title}" shape-rendering="crispEdges"><title>{title}</title><rect width="{size}" height="{size}" fill="#fff"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_cannot_break_out() {
        let svg = svg("x", "\"><script>").unwrap();
        assert!(svg.contains("<title>&quot;&gt;&lt;script&gt;</title>"));
        assert!(!svg.contains("<script"));
    }

    #[test]
    fn nothing_in_it_is_a_style() {
        let svg = svg("otpauth://totp/x", "QR code").unwrap();
        assert!(svg.starts_with("<svg ") && svg.contains("viewBox=\"0 0 "));
        assert!(!svg.contains("style"));
    }

    #[test]
    fn a_text_that_is_too_long_has_no_code() {
        assert_eq!(svg(&"x".repeat(5000), ""), None);
    }
}
