//! What is declared about the parcours.

use chrono::NaiveDate;

use crate::domain::feuille_de_soins::{DeclarationMt, MotifExclusion, Orienteur, ParcoursDeclare};
use crate::domain::identifiers::{IndicateurParcours, NumAm, Rpps};
use crate::http::lecture::{Entier, Nom, Texte, lecture};
use crate::http::verification::Verification;

lecture! {
    /// Ce que le professionnel déclare du parcours de soins.
    #[derive(Default)]
    pub(crate) struct ParcoursDemande {
        /// Indicateur transmis.
        pub(crate) indicateur: Option<IndicateurParcours>,
        /// Existence d'une déclaration, selon le professionnel.
        declaration_mt: Option<DeclarationMt>,
        /// Médecin qui a adressé le patient, exigé pour les indicateurs O et M.
        orienteur: Option<OrienteurDemande>,
        /// Date de l'adressage.
        date_orientation: Option<NaiveDate>,
        /// Circonstances de l'urgence, sans diagnostic.
        urgence_precisions: Option<Texte<1, 200>>,
        /// Depuis combien d'heures la situation était prévue, si elle l'était : au-delà d'un délai, ce n'est
        /// pas une urgence.
        urgence_prevue_heures: Option<Entier<0, 9999>>,
        /// Motif, exigé pour l'indicateur A.
        motif_exclusion: Option<MotifExclusion>,
        /// Le patient était hors de sa résidence habituelle.
        adresse_habituelle_hors: Option<bool>,
    }

    /// Médecin qui a adressé le patient : la feuille papier ne porte que son nom.
    pub(crate) struct OrienteurDemande {
        /// RPPS, s'il est connu.
        rpps: Option<Rpps>,
        /// Numéro de facturation, s'il est connu.
        num_am: Option<NumAm>,
        /// Nom.
        nom: Nom<80>,
        /// Prénom.
        prenom: Nom<80>,
    }
}

impl ParcoursDemande {
    /// What was declared, with the fields that its indicator requires.
    pub(crate) fn into_domain(
        self,
        check: &mut Verification,
        date_installation: Option<NaiveDate>,
    ) -> ParcoursDeclare {
        use IndicateurParcours as I;
        let missing = match self.indicateur {
            Some(I::O | I::M) if self.orienteur.is_none() => Some("/parcours/orienteur"),
            Some(I::A) if self.motif_exclusion.is_none() => Some("/parcours/motif_exclusion"),
            Some(I::J | I::B) if date_installation.is_none() => {
                Some("/executant/date_installation")
            }
            _ => None,
        };
        if let Some(pointeur) = missing {
            let letter = self.indicateur.map_or("", IndicateurParcours::as_str);
            let message = format!("ce champ est obligatoire avec l'indicateur {letter}");
            check.complain(pointeur, "champ_requis", &message);
        }
        ParcoursDeclare {
            indicateur: self.indicateur,
            declaration_mt: self.declaration_mt,
            orienteur: self.orienteur.map(|orienteur| Orienteur {
                rpps: orienteur.rpps,
                num_am: orienteur.num_am,
                nom: orienteur.nom.0,
                prenom: orienteur.prenom.0,
            }),
            date_orientation: self.date_orientation,
            urgence_precisions: self.urgence_precisions.map(|text| text.0),
            urgence_prevue_heures: self
                .urgence_prevue_heures
                .and_then(|hours| u16::try_from(hours.0).ok()),
            motif_exclusion: self.motif_exclusion,
            hors_residence: self.adresse_habituelle_hors,
        }
    }
}
