//! Persons looked for by what people know of them, when their number is not at hand.

use axum::extract::State;
use axum::response::Response;

use crate::domain::droits::Demarche;
use crate::domain::identifiers::{DateNaissanceAmo, RangGemellaire};
use crate::domain::ids::PatientId;
use crate::domain::patient::Sexe;
use crate::domain::ressemblance::Traits;
use crate::http::AppState;
use crate::http::extract::{Appel, Corps};
use crate::http::idempotency::show;
use crate::http::lecture::{Nom, lecture};
use crate::http::problem::Refus;
use crate::http::vue::vue;
use crate::services::patients::{self, RESSEMBLANCES, Ressemblance, Ressemblances, SCORE};

lecture! {
    /// Ce qu'on sait d'une personne.
    #[schema(example = json!({
        "nom": "ESSAI-COLIN", "prenom": "BERNARD", "date_naissance": "1972-08-09", "approche": true
    }))]
    pub(crate) struct TraitsDemande {
        /// Nom.
        nom: Nom<80>,
        /// Prénom.
        prenom: Nom<80>,
        /// Date de naissance.
        date_naissance: DateNaissanceAmo,
        /// Vrai : le jour et le mois peuvent être faux, l'année est la bonne. Faux par défaut.
        approche: Option<bool>,
    }
}

vue! {
    /// Personnes qui ressemblent à la demande.
    pub(crate) struct RessemblancesVue(found: &Ressemblances) {
        /// La plus ressemblante d'abord.
        donnees: Vec<RessemblanceVue> = found.0.iter().map(RessemblanceVue::new).collect(),
        /// D'autres ressemblent assez, qui ne sont pas données : préciser la demande.
        autres: bool = found.1,
        /// Nombre de personnes données, au plus.
        #[schema(example = 5)]
        maximum: usize = RESSEMBLANCES,
        /// Score de la moins ressemblante qui puisse être donnée.
        #[schema(example = 70)]
        score_minimal: u8 = SCORE,
    }

    /// Personne qui ressemble à la demande.
    pub(crate) struct RessemblanceVue(one: &Ressemblance) {
        let identite = &one.identite;

        /// Patient.
        patient_id: PatientId = one.patient_id,
        /// Nom.
        #[schema(example = "ESSAI-COLIN")]
        nom: String = identite.nom.clone(),
        /// Prénom.
        #[schema(example = "BERNARD")]
        prenom: String = identite.prenom.clone(),
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: DateNaissanceAmo = identite.date_naissance,
        /// Rang gémellaire.
        rang: RangGemellaire = identite.rang,
        /// Sexe à l'état civil ; null s'il n'est pas connu.
        sexe: Option<Sexe> = identite.sexe,
        /// Sur 100 : la date compte pour 40, le nom pour 35, le prénom pour 25.
        #[schema(example = 100)]
        score: u8 = one.score,
    }
}

/// Rechercher un assuré par ses traits
///
/// Une caisse, parmi les siens, quand le numéro n'est pas là : nom, prénom et date de naissance, chacun peut-être mal
/// écrit. Cinq personnes au plus. Une recherche qui ne trouve personne compte pour un essai, comme par un numéro.
#[utoipa::path(
    post,
    path = "/v1/patients/recherche-par-traits",
    operation_id = "rechercher_par_traits",
    responses((status = 200, description = "Qui ressemble à la demande", body = RessemblancesVue)),
    extensions(("x-problemes" = json!(["trop_d_essais"])))
)]
pub(super) async fn find(
    State(state): State<AppState>,
    appel: Appel,
    corps: Corps<TraitsDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::RechercherParTraits)?;
    let demande = corps.valeur;
    let traits = Traits {
        nom: demande.nom.0,
        prenom: demande.prenom.0,
        date_naissance: demande.date_naissance,
    };
    let approche = demande.approche == Some(true);
    let found = patients::find_by_traits(&state.core, &contexte, &traits, approche).await?;
    show(&found.map(|found| RessemblancesVue::new(&found)))
}
