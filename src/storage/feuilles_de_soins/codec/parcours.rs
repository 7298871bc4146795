//! What was declared about the parcours.

use minicbor::{Decode, Encode};

use super::{Jour, Unreadable, member_opt, parsed, to_date, to_days};
use crate::domain::feuille_de_soins::{Orienteur, ParcoursDeclare};
use crate::domain::identifiers::{IndicateurParcours, NumAm, Rpps};
use crate::domain::vocabulary::Vocabulaire;

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct ParcoursRow {
    #[n(0)]
    indicateur: Option<String>,
    #[n(1)]
    declaration_mt: Option<u8>,
    #[n(2)]
    orienteur: Option<OrienteurRow>,
    #[n(3)]
    date_orientation: Option<Jour>,
    #[n(4)]
    urgence_precisions: Option<String>,
    #[n(5)]
    motif_exclusion: Option<u8>,
    #[n(6)]
    hors_residence: Option<bool>,
    #[n(7)]
    urgence_prevue_heures: Option<u16>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
pub(super) struct OrienteurRow {
    #[n(0)]
    rpps: Option<String>,
    #[n(1)]
    num_am: Option<String>,
    #[n(2)]
    nom: String,
    #[n(3)]
    prenom: String,
}

impl ParcoursRow {
    pub(super) fn of(value: &ParcoursDeclare) -> Self {
        Self {
            indicateur: value.indicateur.map(|indicateur| indicateur.as_str().to_owned()),
            declaration_mt: value.declaration_mt.map(Vocabulaire::code),
            orienteur: value.orienteur.as_ref().map(|orienteur| OrienteurRow {
                rpps: orienteur.rpps.map(|rpps| rpps.to_string()),
                num_am: orienteur.num_am.map(|number| number.to_string()),
                nom: orienteur.nom.clone(),
                prenom: orienteur.prenom.clone(),
            }),
            date_orientation: value.date_orientation.map(to_days),
            urgence_precisions: value.urgence_precisions.clone(),
            motif_exclusion: value.motif_exclusion.map(Vocabulaire::code),
            hors_residence: value.hors_residence,
            urgence_prevue_heures: value.urgence_prevue_heures,
        }
    }

    pub(super) fn read(self) -> Result<ParcoursDeclare, Unreadable> {
        Ok(ParcoursDeclare {
            indicateur: parsed(
                "indicateur",
                self.indicateur.as_deref(),
                IndicateurParcours::parse,
            )?,
            declaration_mt: member_opt("declaration_mt", self.declaration_mt)?,
            orienteur: self
                .orienteur
                .map(|row| {
                    Ok::<_, Unreadable>(Orienteur {
                        rpps: parsed("orienteur", row.rpps.as_deref(), Rpps::parse)?,
                        num_am: parsed("orienteur", row.num_am.as_deref(), NumAm::parse)?,
                        nom: row.nom,
                        prenom: row.prenom,
                    })
                })
                .transpose()?,
            date_orientation: self.date_orientation.map(to_date).transpose()?,
            urgence_precisions: self.urgence_precisions,
            motif_exclusion: member_opt("motif_exclusion", self.motif_exclusion)?,
            hors_residence: self.hors_residence,
            urgence_prevue_heures: self.urgence_prevue_heures,
        })
    }
}
