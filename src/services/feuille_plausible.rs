//! What a feuille says of days that have not come.

use super::{ChampInvalide, Services};
use crate::domain::feuille_de_soins::FeuilleDeSoins;

impl Services {
    /// The instants of a feuille that are still to come.
    pub(super) fn future_instants(&self, feuille: &FeuilleDeSoins) -> Vec<ChampInvalide> {
        let now = self.clock.now();
        let wrong = |pointeur: String| {
            ChampInvalide::new(pointeur, "date_future", "un instant passé ou présent")
        };
        let received = feuille.recue_le.filter(|instant| *instant > now);
        let signed = feuille.signatures.iter().enumerate().filter_map(|(index, signature)| {
            signature.signe_a.filter(|instant| *instant > now)?;
            Some(wrong(format!("/signatures/{index}/signe_a")))
        });
        received.map(|_| wrong("/recue_le".to_owned())).into_iter().chain(signed).collect()
    }
}
