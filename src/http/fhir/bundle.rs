//! Lists: the resources of a search, or the versions of one.

use serde_json::{Value, json};

use super::ressource::Ressource;

/// What a search found: one page, and the address of the next one.
pub(super) fn trouvees(
    found: Vec<Ressource>,
    (own, next): (&str, Option<String>),
    total: Option<u64>,
) -> Ressource {
    let entries: Vec<Value> = found
        .into_iter()
        .map(|one| json!({ "resource": one, "search": { "mode": "match" } }))
        .collect();
    let mut links = vec![json!({ "relation": "self", "url": own })];
    links.extend(next.map(|next| json!({ "relation": "next", "url": next })));
    let content = json!({
        "type": "searchset", "total": total, "link": links, "entry": entries,
    });
    Ressource::new("Bundle", None, content)
}

/// Everything that a search found.
pub(super) fn toutes(found: Vec<Ressource>, own: &str) -> Ressource {
    let total = u64::try_from(found.len()).ok();
    trouvees(found, (own, None), total)
}

/// The versions of a resource, the last one first.
pub(super) fn versions(all: Vec<(String, Ressource)>, own: &str) -> Ressource {
    let total = u64::try_from(all.len()).ok();
    let entries: Vec<Value> = all
        .into_iter()
        .map(|(url, one)| {
            json!({
                "resource": one,
                "request": { "method": "PUT", "url": url },
                "response": { "status": "200" },
            })
        })
        .collect();
    let links = json!([{ "relation": "self", "url": own }]);
    let content = json!({ "type": "history", "total": total, "link": links, "entry": entries });
    Ressource::new("Bundle", None, content)
}
