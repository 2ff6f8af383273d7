//! What `docs/api.md` promises: every path stands there.

const API: &str = include_str!("../../../../docs/api.md");

/// What the front makes of the names under which clients ask for trust documents.
const INTERNAL: &str = "/_/trust/";

/// The parts of a path that are the same in every request.
fn fixed(path: &str) -> impl Iterator<Item = String> {
    path.split('/').filter(|part| !part.is_empty() && !part.contains('{')).map(|part| format!("/{part}"))
}

#[test]
fn every_path_of_package_clients_stands_in_the_documentation() {
    let paths = bonded_web::routes().into_iter().map(|(_, path)| path);
    let missing: Vec<_> = paths
        .filter(|path| !path.starts_with(INTERNAL) && !fixed(path).all(|part| API.contains(&part)))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_family_of_pages_stands_in_the_documentation() {
    let paths = bonded_web::page_routes().into_iter().map(|(_, path)| path);
    let missing: Vec<_> = paths
        .filter(|path| fixed(path).next().is_some_and(|first| !API.contains(&format!("`{first}"))))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
