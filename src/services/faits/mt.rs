//! What the register knows of the médecin traitant beside who it is: whether he practised, whether there is one since, who has
//! signed a declaration under way. It decides nothing, and says what may be advised.

use chrono::NaiveDate;

use super::executants::says_sent;
use super::registre::{Dossier, Registre, reference_days};
use crate::domain::evaluation::{AttenteConnue, MtConnu, RelationMt};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::identifiers::{IndicateurParcours, Rpps};
use crate::domain::ids::PatientId;
use crate::storage::faits::Attente;
use crate::storage::patients::etat::AttenteEtat;

impl Dossier {
    /// A declaration that was under way.
    pub(super) fn waits(&mut self, attente: &Attente) {
        let Attente { rpps, effet, signees, .. } = *attente;
        self.etat.attentes.push(AttenteEtat { rpps, effet, signees });
    }

    /// The declaration that names a doctor and was under way on a day.
    pub(super) fn attente(&self, rpps: Rpps, jour: NaiveDate) -> Option<&AttenteEtat> {
        self.etat.attentes.iter().find(|one| one.rpps == rpps && one.effet.contient(jour))
    }
}

impl Registre {
    /// The médecins traitants of whom it may be asked whether they practised: the feuille names nothing that keeps the care
    /// inside the parcours.
    pub(super) fn traitants(&self, patient: PatientId, feuille: &FeuilleDeSoins) -> Vec<Rpps> {
        use IndicateurParcours as I;
        let inside = matches!(feuille.soins.parcours.indicateur, Some(I::M | I::U | I::H | I::R));
        let Some(dossier) = self.dossier(patient).filter(|_| !inside && !says_sent(feuille)) else {
            return Vec::new();
        };
        let days = reference_days(feuille).into_iter();
        let others = days.filter(|jour| dossier.relation(feuille, *jour) == RelationMt::Autre);
        others.flat_map(|jour| traitants_le(dossier, jour)).collect()
    }

    /// What decides nothing and is to be known before anything is advised; nothing when nothing is.
    pub(super) fn mt_connu(&self, dossier: &Dossier, feuille: &FeuilleDeSoins) -> Option<MtConnu> {
        let days = reference_days(feuille);
        let relation = |jour: NaiveDate| dossier.relation(feuille, jour);
        let absent = |jour: &NaiveDate| {
            let all = traitants_le(dossier, *jour);
            relation(*jour) == RelationMt::Autre
                && !all.is_empty()
                && all.iter().all(|rpps| self.practises_nowhere(*rpps, *jour))
        };
        let alone = days.iter().copied().find(|jour| dossier.designation(*jour).is_none());
        let waiting = days.iter().copied().find(|jour| relation(*jour) == RelationMt::EnAttente);
        let under_way = waiting.and_then(|jour| dossier.attente(feuille.executant_rpps, jour));
        let found = MtConnu {
            sans_exercice: days.iter().copied().filter(absent).collect(),
            choisi_le: alone.and_then(|jour| {
                let open = dossier.etat.designations.iter().filter(|one| one.effet.au().is_none());
                open.map(|one| one.effet.du()).find(|du| *du > jour)
            }),
            attente: under_way
                .map(|one| AttenteConnue { complete_le: one.effet.au(), signees: one.signees }),
        };
        (found != MtConnu::default()).then_some(found)
    }
}

fn traitants_le(dossier: &Dossier, jour: NaiveDate) -> Vec<Rpps> {
    let vecu = dossier.vecu(jour);
    dossier.designation(jour).map_or_else(Vec::new, |known| known.medecins(vecu).collect())
}
