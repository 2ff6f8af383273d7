//! How templates write values.
#![expect(unreachable_pub, reason = "the macro makes the filters' methods public")]

use askama::filters::Safe;
use bonded_model::Timestamp;

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
