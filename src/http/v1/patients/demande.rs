//! What a caisse records of a person's life.

use chrono::NaiveDate;

use crate::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, IdentifiantPersonne, Organisme, RangGemellaire,
};
use crate::domain::patient::{Sexe, UsageIdentifiant};
use crate::domain::vie::sommeil::StatutPatient;
use crate::domain::vie::{Adresse, MotifLimitation, MotifRectification, SourceDeces};
use crate::http::lecture::{Nom, Texte, lecture};
use crate::services::ChampInvalide;
use crate::services::patients::Correction;

lecture! {
    /// Changement de caisse ou de régime.
    #[schema(example = json!({
        "organisme": { "regime": "02", "caisse": "915", "centre": "0000" }, "effet_du": "2025-06-01"
    }))]
    pub(crate) struct OrganismeDemande {
        /// Nouvel organisme de rattachement.
        pub(super) organisme: Organisme,
        /// Premier jour du nouveau rattachement.
        pub(super) effet_du: NaiveDate,
    }

    /// Limitation du traitement (RGPD, art. 18).
    #[schema(example = json!({ "motif": "exactitude_contestee" }))]
    pub(crate) struct LimitationDemande {
        /// Pourquoi.
        pub(super) motif: MotifLimitation,
    }

    /// Levée d'une limitation.
    #[schema(example = json!({ "personne_informee_le": "2025-06-10" }))]
    pub(crate) struct LeveeLimitationDemande {
        /// Jour où la personne a été informée que la limitation serait levée (RGPD, art. 18, 3) ; aujourd'hui au plus tard.
        pub(super) personne_informee_le: NaiveDate,
    }

    /// Changement de statut au regard du parcours de soins.
    #[schema(example = json!({ "statut": "hors_de_france", "effet_du": "2025-06-01" }))]
    pub(crate) struct StatutDemande {
        /// Nouveau statut ; « ordinaire » met fin à un autre.
        pub(super) statut: StatutPatient,
        /// Premier jour.
        pub(super) effet_du: NaiveDate,
    }

    /// Nouveau numéro, l'ancien ayant été juste.
    #[schema(example = json!({
        "identifiant": { "type": "nir", "valeur": "186022B03399191" }, "effet_du": "2025-06-01"
    }))]
    pub(crate) struct ChangementIdentifiantDemande {
        /// Nouveau numéro. Absent : le patient n'est plus ayant droit d'un autre assuré.
        pub(super) identifiant: Option<IdentifiantPersonne>,
        /// Usage du numéro ; « individuel » par défaut.
        pub(super) usage: Option<UsageIdentifiant>,
        /// Premier jour du nouveau numéro.
        pub(super) effet_du: NaiveDate,
    }

    /// Numéro juste, l'ancien ayant été faux.
    #[schema(example = json!({
        "identifiant": { "type": "nir", "valeur": "186022B03399191" }, "motif": "erreur_de_saisie"
    }))]
    pub(crate) struct RectificationIdentifiantDemande {
        /// Numéro juste.
        pub(super) identifiant: IdentifiantPersonne,
        /// Usage du numéro ; « individuel » par défaut.
        pub(super) usage: Option<UsageIdentifiant>,
        /// Un jour de la période du numéro faux ; aujourd'hui par défaut.
        pub(super) jour: Option<NaiveDate>,
        /// Pourquoi.
        pub(super) motif: MotifRectification,
    }

    /// Nouveaux noms ou nouveau sexe, les anciens ayant été justes : un changement d'état civil.
    #[schema(example = json!({ "nom": "ESSAI-LECA", "effet_du": "2025-06-01" }))]
    pub(crate) struct ChangementIdentiteDemande {
        /// Nom de naissance ; inchangé s'il est absent.
        nom: Option<Nom<80>>,
        /// Premier prénom ; inchangé s'il est absent.
        prenom: Option<Nom<80>>,
        /// Sexe à l'état civil ; inchangé s'il est absent.
        sexe: Option<Sexe>,
        /// Premier jour.
        pub(super) effet_du: NaiveDate,
    }

    /// Identité juste, celle du registre ayant été fausse. Ce qui est absent reste.
    #[schema(example = json!({ "date_naissance": "1986-02-12", "motif": "etat_civil" }))]
    pub(crate) struct RectificationIdentiteDemande {
        /// Nom de naissance.
        nom: Option<Nom<80>>,
        /// Premier prénom.
        prenom: Option<Nom<80>>,
        /// Date de naissance, la même sous tous les noms.
        date_naissance: Option<DateNaissanceAmo>,
        /// Rang gémellaire, le même sous tous les noms.
        rang: Option<RangGemellaire>,
        /// Sexe à l'état civil.
        sexe: Option<Sexe>,
        /// Un jour de la période des noms, ou du sexe, faux ; aujourd'hui par défaut.
        pub(super) jour: Option<NaiveDate>,
        /// Pourquoi.
        pub(super) motif: MotifRectification,
    }

    /// Nouvelle adresse.
    #[schema(example = json!({
        "voie": "4 rue des Lilas", "code_postal": "01000", "localite": "Bourg-en-Bresse",
        "commune": "01053", "effet_du": "2025-06-01"
    }))]
    pub(crate) struct AdresseDemande {
        /// Numéro et voie.
        voie: Texte<1, 120>,
        /// Complément.
        complement: Option<Texte<1, 120>>,
        /// Code postal.
        code_postal: Texte<2, 12>,
        /// Localité.
        localite: Texte<1, 80>,
        /// Commune, code officiel géographique ; absente à l'étranger.
        commune: Option<CommuneExercice>,
        /// Premier jour.
        effet_du: NaiveDate,
    }
}

impl ChangementIdentiteDemande {
    /// What changes, from which day.
    pub(super) fn into_domain(self) -> (Correction, NaiveDate) {
        let (nom, prenom) = (self.nom.map(|nom| nom.0), self.prenom.map(|nom| nom.0));
        let correction =
            Correction { nom, prenom, date_naissance: None, rang: None, sexe: self.sexe };
        (correction, self.effet_du)
    }
}

impl RectificationIdentiteDemande {
    /// What is right.
    pub(super) fn into_domain(self) -> Correction {
        Correction {
            nom: self.nom.map(|nom| nom.0),
            prenom: self.prenom.map(|nom| nom.0),
            date_naissance: self.date_naissance,
            rang: self.rang,
            sexe: self.sexe,
        }
    }
}

impl AdresseDemande {
    /// The address and its first day.
    pub(super) fn into_domain(self) -> (Adresse, NaiveDate) {
        let adresse = Adresse {
            voie: self.voie.0,
            complement: self.complement.map(|text| text.0),
            code_postal: self.code_postal.0,
            localite: self.localite.0,
            commune: self.commune,
        };
        (adresse, self.effet_du)
    }
}

lecture! {
    /// Décès d'un patient.
    #[schema(example = json!({ "jour": "2025-05-30", "source": "etat_civil" }))]
    pub(crate) struct DecesDemande {
        /// Jour du décès.
        pub(super) jour: NaiveDate,
        /// D'où la caisse le tient.
        pub(super) source: SourceDeces,
    }

    /// Annulation d'un acte sur un dossier.
    #[schema(example = json!({ "motif": "collision" }))]
    pub(crate) struct AnnulationDossierDemande {
        /// Pourquoi.
        pub(super) motif: MotifRectification,
    }

    /// Rectification d'un décès : un autre jour, ou aucun décès.
    #[schema(example = json!({ "jour": "2025-05-29", "motif": "etat_civil" }))]
    pub(crate) struct RectificationDecesDemande {
        /// Jour du décès.
        jour: Option<NaiveDate>,
        /// true si le patient est vivant.
        annule: Option<bool>,
        /// Pourquoi.
        pub(super) motif: MotifRectification,
    }
}

impl RectificationDecesDemande {
    /// The right day; `None` when the person lives. A forgotten day never brings anybody back.
    pub(super) fn jour(&self) -> Result<Option<NaiveDate>, Vec<ChampInvalide>> {
        match (self.jour, self.annule.unwrap_or(false)) {
            (jour @ Some(_), false) => Ok(jour),
            (None, true) => Ok(None),
            (Some(_), true) => {
                Err(vec![ChampInvalide::new("/annule", "contradictoire", "false, ou pas de jour")])
            }
            (None, false) => Err(vec![ChampInvalide::new(
                "/jour",
                "champ_requis",
                "le jour du décès, ou « annule » à true",
            )]),
        }
    }
}
