//! axum's extractors, with our answers where they fail.

use axum::extract::{FromRequestParts, Path as AxumPath, Query as AxumQuery};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters in the path.
pub(crate) struct Path<T>(pub(crate) T);

/// The parameters in the query.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // PostgreSQL keeps no such character in a text, so nothing can have it in its name.
        if parts.uri.path().contains("%00") {
            return Err(Problem::not_found());
        }
        let path = AxumPath::from_request_parts(parts, state).await;
        // The only way to fail is a path whose escapes are not UTF-8: nothing here has such a name.
        path.map(|AxumPath(value)| Self(value)).map_err(|_| Problem::bad_request("the path is not UTF-8"))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = AxumQuery::from_request_parts(parts, state).await;
        query
            .map(|AxumQuery(value)| Self(value))
            .map_err(|_| Problem::bad_request("the query cannot be read"))
    }
}
