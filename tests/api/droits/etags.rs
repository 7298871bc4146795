//! Every reading that the contract says to have a tag, by whoever may read it: what they have is not sent again.

use traitant::domain::droits::Demarche;

use super::monde::{Jour, Monde};
use super::recettes::{adresse, recette};
use super::{Issue, appelants, attendue};
use crate::support::contract;

#[tokio::test]
async fn whatever_has_a_tag_is_answered_304_to_who_has_it() {
    let monde = Monde::commun().await;
    let app = monde.copie().await;
    let mut tagged = Vec::new();
    for demarche in Demarche::TOUTES.iter().copied() {
        let place = adresse(demarche);
        let operation = &contract::document()["paths"][&place.chemin][place.methode.to_lowercase()];
        let headers = &contract::resolved(&operation["responses"]["200"])["headers"];
        if place.methode != "GET" || headers["ETag"].is_null() {
            continue;
        }
        tagged.push(demarche.mot());
        let readers = appelants::tous(monde).into_iter().find_map(|qui| {
            let asked = recette(demarche, &qui, qui.cible, Jour::Dehors);
            let granted = attendue(demarche, &qui, &asked, Jour::Dehors) == Issue::Permise;
            granted.then_some((qui, asked))
        });
        let (qui, asked) = readers.unwrap_or_else(|| panic!("nobody reads {}", demarche.mot()));
        let mut path = place.chemin;
        for (name, value) in &asked.chemin {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        let caller = qui.appelle(&app);
        let read = caller.get(&path).await;
        assert_eq!(read.status, 200, "{path}");
        let etag = read.header("etag").to_owned();
        for known in
            [etag.clone(), format!("W/{etag}"), format!("\"9999\", {etag}"), "*".to_owned()]
        {
            let headers = [("if-none-match", known.as_str())];
            let again = caller.request("GET", &path, &headers, None).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path} {known}");
            assert_eq!(again.header("etag"), etag, "{path}");
        }
        let other = [("if-none-match", "\"9999\"")];
        assert_eq!(caller.request("GET", &path, &other, None).await.status, 200, "{path}");
    }
    assert!(tagged.len() >= 10, "{tagged:?}");
}
