//! The table.

use std::fmt::Write as _;

use anyhow::Result;

use super::samples::Samples;

/// What a measurement is held against.
pub(super) enum Goal {
    /// At least this many times the yardstick of the same run.
    Times(f64, Yardstick),
    /// At most so much.
    AtMost(f64),
    /// Nothing: it is told for its own sake.
    Told,
}

/// Something that the same machine did in the same run.
pub(super) struct Yardstick {
    pub(super) name: &'static str,
    pub(super) samples: Samples,
}

/// A line of the table.
pub(super) struct Row {
    pub(super) what: String,
    pub(super) unit: &'static str,
    pub(super) ours: Samples,
    pub(super) goal: Goal,
}

impl Row {
    /// What was measured once.
    pub(super) fn of_one(what: &str, unit: &'static str, value: f64, goal: Goal) -> Result<Self> {
        Ok(Self { what: what.to_owned(), unit, ours: Samples::new(vec![value])?, goal })
    }
}

/// Renders the rows as a table of Markdown.
pub(super) fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| what | unit | yardstick | Bonded | ratio | to reach | reached |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let ours = row.ours.median();
        let (yardstick, ratio, goal, reached) = match &row.goal {
            Goal::Times(times, yardstick) => {
                let ratio = ours / yardstick.samples.median();
                let name = format!("{} {}", yardstick.name, cell(&yardstick.samples));
                (name, format!("{ratio:.2}"), format!("{times} ×"), Some(ratio >= *times))
            }
            Goal::AtMost(most) => ("–".into(), "–".into(), format!("≤ {most}"), Some(ours <= *most)),
            Goal::Told => ("–".into(), "–".into(), "–".into(), None),
        };
        let reached = reached.map_or("–", |reached| if reached { "yes" } else { "**no**" });
        let (what, unit, ours) = (&row.what, row.unit, cell(&row.ours));
        // Writing into a string does not fail.
        let _ = writeln!(out, "| {what} | {unit} | {yardstick} | {ours} | {ratio} | {goal} | {reached} |");
    }
    out
}

/// The median, and what it lies between.
fn cell(samples: &Samples) -> String {
    let (least, most) = samples.spread();
    format!("{} ({} – {})", number(samples.median()), number(least), number(most))
}

fn number(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[f64]) -> Samples {
        Samples::new(values.to_vec()).unwrap()
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(number(1_234_567.4), "1,234,567");
        assert_eq!(number(999.0), "999");
        assert_eq!(number(0.123), "0.12");
    }

    #[test]
    fn a_ratio_below_its_goal_is_told() {
        let nginx = Yardstick { name: "nginx", samples: samples(&[100.0]) };
        let goal = Goal::Times(0.5, nginx);
        let row = Row { what: "pages".into(), unit: "requests/s", ours: samples(&[49.0]), goal };
        let table = table(&[row]);
        assert!(table.contains("| 0.49 | 0.5 × | **no** |"), "{table}");
    }

    #[test]
    fn what_may_be_at_most_so_much_is_reached_below_it() {
        let row = Row { what: "start".into(), unit: "ms", ours: samples(&[12.0]), goal: Goal::AtMost(300.0) };
        assert!(table(&[row]).contains("| ≤ 300 | yes |"));
    }
}
