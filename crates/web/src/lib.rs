//! HTTP: extractors, routes, problem answers, headers.
