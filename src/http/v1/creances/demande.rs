//! What callers send about claims.

use chrono::NaiveDate;

use crate::domain::creance::{CleCreance, ModeRecouvrement, MotifAnnulation, SoldeCherche};
use crate::domain::evaluation::NatureCreance;
use crate::domain::money::Centimes;
use crate::http::lecture::{Entier, lecture};
use crate::http::pagination::{Curseur, Limite};
use crate::services::creances::NouveauRecouvrement;

lecture! {
    /// Créances d'un patient.
    pub(super) struct CreancesDemande {
        /// Premier jour de soins ; celui de la période couverte par la loi par défaut.
        pub(super) du: Option<NaiveDate>,
        /// Dernier jour de soins ; aujourd'hui par défaut.
        pub(super) au: Option<NaiveDate>,
        /// « restant » : seulement celles dont il reste à recouvrer ; « a_rendre » : seulement celles dont la
        /// caisse doit rendre.
        pub(super) solde: Option<SoldeCherche>,
        /// Nombre de créances par page, 20 par défaut.
        pub(super) limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        pub(super) curseur: Option<Curseur>,
        /// Compter aussi toute la liste.
        pub(super) avec_total: Option<bool>,
    }

    /// Somme recouvrée d'une créance.
    #[schema(example = json!({
        "numero_ligne": 1, "nature": "majoration", "montant_centimes": 500,
        "jour": "2025-06-16", "mode": "retenue_sur_remboursement"
    }))]
    pub(crate) struct RecouvrementDemande {
        /// Ligne principale de l'acte.
        numero_ligne: Entier<1, 9999>,
        /// Nature de la créance.
        nature: NatureCreance,
        /// Montant, en centimes d'euro : au plus ce qui reste de la créance.
        montant_centimes: Entier<1, 100_000_000>,
        /// Jour du recouvrement, entre celui de l'acte et aujourd'hui ; aujourd'hui par défaut.
        jour: Option<NaiveDate>,
        /// Comment : retenue sur un autre remboursement, paiement du patient, ou remise, par laquelle la caisse
        /// renonce à la somme.
        mode: ModeRecouvrement,
    }

    /// Annulation d'un recouvrement.
    #[schema(example = json!({ "motif": "erreur_de_saisie" }))]
    pub(crate) struct AnnulationRecouvrementDemande {
        /// Pourquoi ; « somme_rendue » quand la caisse a rendu au patient ce qu'elle avait reçu.
        pub(super) motif: MotifAnnulation,
    }
}

impl RecouvrementDemande {
    pub(super) fn into_domain(self) -> NouveauRecouvrement {
        NouveauRecouvrement {
            cle: CleCreance {
                numero_ligne: u16::try_from(self.numero_ligne.0).unwrap_or(u16::MAX),
                nature: self.nature,
            },
            montant: Centimes::new(self.montant_centimes.0),
            jour: self.jour,
            mode: self.mode,
        }
    }
}
