//! Lists: the resources of a search, or the versions of one.

use serde_json::{Value, json};

use super::adresse::Ici;
use super::ressource::Ressource;

/// What a search found: one page, and what follows it, under the façade.
pub(super) fn trouvees(
    found: Vec<Ressource>,
    (ici, next): (&Ici, Option<String>),
    total: Option<u64>,
) -> Ressource {
    let entries: Vec<Value> = found
        .into_iter()
        .map(|one| {
            json!({ "fullUrl": whole(ici, &one), "resource": one, "search": { "mode": "match" } })
        })
        .collect();
    let mut links = vec![json!({ "relation": "self", "url": ici.propre() })];
    links.extend(next.map(|next| json!({ "relation": "next", "url": ici.sous(&next) })));
    let content = json!({
        "type": "searchset", "total": total, "link": links, "entry": entries,
    });
    Ressource::new("Bundle", None, content)
}

/// Everything that a search found.
pub(super) fn toutes(found: Vec<Ressource>, ici: &Ici) -> Ressource {
    let total = u64::try_from(found.len()).ok();
    trouvees(found, (ici, None), total)
}

/// The versions of a resource, the last one first.
pub(super) fn versions(all: Vec<Ressource>, ici: &Ici) -> Ressource {
    let total = u64::try_from(all.len()).ok();
    let entries: Vec<Value> = all
        .into_iter()
        .map(|one| {
            json!({
                "fullUrl": whole(ici, &one),
                "request": { "method": "PUT", "url": one.chemin() },
                "response": {
                    "status": "200", "etag": one.etag(), "lastModified": one.connue_le(),
                },
                "resource": one,
            })
        })
        .collect();
    let links = json!([{ "relation": "self", "url": ici.propre() }]);
    let content = json!({ "type": "history", "total": total, "link": links, "entry": entries });
    Ressource::new("Bundle", None, content)
}

/// Where a resource is, whatever its version.
fn whole(ici: &Ici, ressource: &Ressource) -> Option<String> {
    ressource.chemin().map(|chemin| ici.sous(&chemin))
}
