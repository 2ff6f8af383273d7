//! Forms whose fields depend on the provider.

use std::collections::BTreeMap;

use bonded_model::ids::IssuerId;
use bonded_model::publishing::{Issuer, Provider};
use bonded_pages::Field;
use bonded_pages::places::{FormField, Input, IssuerChoice};
use bonded_registry::people::Cleared;
use bonded_registry::publishers::{FieldErrors, Kind, provider_name, publisher_fields};

use crate::App;
use crate::problem::Problem;

/// What was typed, by the names of the fields.
pub(crate) type Typed = BTreeMap<String, String>;

/// The fields of a form, with what was typed and what is wrong with it.
pub(crate) fn fields(provider: Provider, typed: &Typed, wrong: &FieldErrors) -> Vec<FormField> {
    let fields = publisher_fields(provider).into_iter().map(|field| FormField {
        name: field.name.to_owned(),
        label: field.label.to_owned(),
        hint: field.hint.to_owned(),
        required: field.required,
        input: match field.kind {
            Kind::Line => Input::Line,
            Kind::Lines => Input::Lines,
            Kind::Flag => Input::Flag,
            Kind::Choice(choices) => Input::Choice(
                choices.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect(),
            ),
        },
        field: Field::of(typed.get(field.name).map(String::as_str).unwrap_or_default())
            .with_error(wrong.get(field.name)),
    });
    fields.collect()
}

fn choice(issuer: &Issuer) -> IssuerChoice {
    let kind = provider_name(issuer.provider);
    let name = if kind.contains(&issuer.name) || issuer.provider == Provider::Other {
        format!("{} ({})", issuer.name, issuer.url)
    } else {
        format!("{} ({kind}, {})", issuer.name, issuer.url)
    };
    IssuerChoice { id: issuer.id.to_string(), name }
}

/// The issuers to choose from.
pub(crate) async fn issuers(
    app: &App,
    cleared: &Cleared<'_>,
) -> Result<Vec<IssuerChoice>, bonded_registry::Error> {
    let mut issuers = app.usable_issuers(cleared).await?;
    // Those that most people want come first.
    issuers.sort_by_key(|issuer| issuer.provider);
    Ok(issuers.iter().map(choice).collect())
}

/// The issuer that a form or a query names: its kind, and how it is shown.
pub(crate) async fn issuer_of(
    app: &App,
    cleared: &Cleared<'_>,
    id: Option<&str>,
) -> Result<(IssuerId, Provider, IssuerChoice), Problem> {
    let id: IssuerId = id.and_then(|id| id.parse().ok()).ok_or_else(Problem::not_found)?;
    let issuer = app.usable_issuer(cleared, id).await?;
    Ok((issuer.id, issuer.provider, choice(&issuer)))
}
