//! A reform in a request, and what it changes in an answer.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::digest::Empreinte;
use crate::domain::evaluation::{Appartenance, CodeDetermine, FaitsConnus};
use crate::domain::feuille_de_soins::Soins;
use crate::http::lecture::{Entier, Liste, Texte, lecture};
use crate::http::problem::{Code, Refus};
use crate::http::v1::evaluation::MontantsVue;
use crate::http::vue::vue;
use crate::services::Law;
use crate::services::simulations::{Comparee, Ecart, ModificationDemandee};
use crate::services::{ServiceError, simulations::reformed};

/// At least one modification.
pub(crate) type Modifications = Liste<ModificationDemande, 1, 20>;

lecture! {
    /// Autre valeur d'un paramètre de la loi, à partir d'un jour.
    pub(crate) struct ModificationDemande {
        /// Code du paramètre, tel que `GET /v1/loi` les donne.
        #[schema(example = "MTM_PLAFOND_ACTE")]
        code: Texte<1, 60>,
        /// Valeur, dans l'unité du paramètre.
        valeur: Entier<-1_000_000_000, 1_000_000_000>,
        /// Unité, pour qu'elle soit vérifiée.
        #[schema(example = "centimes")]
        unite: Option<Texte<1, 20>>,
        /// Premier jour de soins de cette valeur.
        du: NaiveDate,
        /// Dernier jour ; sans fin s'il est absent.
        au: Option<NaiveDate>,
    }
}

vue! {
    /// Ce qui change, en centimes : ce que chacun paie de plus, ou de moins si c'est négatif.
    pub(crate) struct EcartVue(ecart: &Ecart) {
        /// Honoraires.
        #[schema(example = -1050)]
        honoraires_centimes: i64 = ecart.honoraires.get(),
        /// Assurance maladie obligatoire.
        #[schema(example = 0)]
        amo_centimes: i64 = ecart.amo.get(),
        /// Complémentaire.
        #[schema(example = 0)]
        amc_centimes: i64 = ecart.amc.get(),
        /// Patient.
        #[schema(example = -1050)]
        patient_centimes: i64 = ecart.patient.get(),
    }
}

/// La même situation sous la loi réformée.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReformeVue {
    /// Empreinte de la loi réformée ; elle n'est conservée nulle part.
    regles_version: Empreinte,
    /// Situation déterminée.
    situation_determinee: CodeDetermine,
    /// Où se situe la feuille.
    appartenance: Appartenance,
    /// Sommes de toutes les lignes.
    totaux: MontantsVue,
    /// Différence avec la loi en vigueur.
    ecart: EcartVue,
}

impl ReformeVue {
    /// The shape of what a reform changes; `None` for care without any act.
    pub(crate) fn new(loi: &Law, comparee: &Comparee) -> Option<Self> {
        let synthese = comparee.reforme.synthese()?;
        Some(Self {
            regles_version: *loi.empreinte(),
            situation_determinee: synthese.code,
            appartenance: synthese.appartenance,
            totaux: MontantsVue::new(&comparee.reforme.totaux),
            ecart: EcartVue::new(&comparee.ecart),
        })
    }
}

/// The reform that a request asks for, if it does.
pub(crate) fn loi_reformee(law: &Law, asked: Option<Modifications>) -> Result<Option<Law>, Refus> {
    asked.map(|asked| reformer(law, asked.0)).transpose()
}

/// The law with other values; without any, the law in force.
pub(crate) fn reformer(law: &Law, asked: Vec<ModificationDemande>) -> Result<Law, Refus> {
    Ok(reformed(law, &demandees(asked))?)
}

/// What is asked, to be checked against the law.
pub(super) fn demandees(asked: Vec<ModificationDemande>) -> Vec<ModificationDemandee> {
    let one = |one: ModificationDemande| ModificationDemandee {
        code: one.code.0,
        unite: one.unite.map(|unite| unite.0),
        valeur: one.valeur.0,
        du: one.du,
        au: one.au,
    };
    asked.into_iter().map(one).collect()
}

/// What a reform changes for some care.
pub(crate) fn confronter(
    law: &Law,
    loi: &Law,
    soins: &Soins,
    faits: &FaitsConnus,
) -> Result<ReformeVue, Refus> {
    let comparee = law.confronter(loi, soins, faits).map_err(ServiceError::from)?;
    ReformeVue::new(loi, &comparee)
        .ok_or_else(|| Refus::new(Code::ErreurInterne, "Évaluation sans acte."))
}
