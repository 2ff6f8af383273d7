//! Reads the table.

use super::CALLERS;

const TABLE: &str = include_str!("authorization.table");

/// What kind of channel is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Public,
    Private,
    Unknown,
    /// The route names no channel, and there is no default one in it.
    Nowhere,
}

const PLACES: [(&str, Place); 4] = [
    ("public", Place::Public),
    ("private", Place::Private),
    ("unknown", Place::Unknown),
    ("-", Place::Nowhere),
];

/// What every caller gets for one request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) method: String,
    pub(super) path: String,
    /// Which of several requests that the route takes: `new` creates a project; `repodata`, `metadata` and `sigs`
    /// ask for what stands beside the files.
    pub(super) variant: String,
    pub(super) place: Place,
    pub(super) statuses: Vec<u16>,
}

impl Row {
    /// Method and path.
    pub(super) fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The row as a line, with other statuses.
    pub(super) fn with(&self, statuses: &[u16]) -> String {
        let statuses: String = statuses.iter().map(|status| format!(" {status}")).collect();
        let place = PLACES.iter().find(|(_, place)| *place == self.place).map_or("", |(name, _)| name);
        let request = format!("{} {}", self.route(), self.variant);
        format!("{:<57} {place:<8}{statuses}", request.trim_end())
    }
}

/// Every row of the table.
pub(super) fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| row(line).unwrap_or_else(|| panic!("no row: {line}"))).collect()
}

fn row(line: &str) -> Option<Row> {
    let mut words = line.split_whitespace().peekable();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let variant = words.next_if(|word| place(word).is_none()).unwrap_or_default().to_owned();
    let place = place(words.next()?)?;
    let statuses = words.map(|status| status.parse().ok()).collect::<Option<Vec<_>>>()?;
    (statuses.len() == CALLERS.len()).then_some(Row { method, path, variant, place, statuses })
}

fn place(word: &str) -> Option<Place> {
    PLACES.iter().find(|(name, _)| *name == word).map(|(_, place)| *place)
}
