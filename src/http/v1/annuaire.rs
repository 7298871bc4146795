//! Doctors found by whoever needs to choose one, and what they say of new patients.

use std::fmt;
use std::str::FromStr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::NaiveDate;
use utoipa_axum::router::OpenApiRouter;

use super::medecins::{LieuExerciceVue, MedecinVue};
use crate::domain::identifiers::{CommuneExercice, Rpps, Specialite};
use crate::domain::ids::LieuId;
use crate::domain::medecin::{Lieu, ModeExercice};
use crate::http::AppState;
use crate::http::extract::{Appel, Requete};
use crate::http::idempotency::{Anonymous, rendre};
use crate::http::lecture::{Nom, lecture};
use crate::http::openapi::routes;
use crate::http::pagination::{self, Cadre, Curseur, JourDemande, Limite, Page, Tranche, publier};
use crate::http::problem::Refus;
use crate::http::v1::acte::ecriture;
use crate::http::vue::vue;
use crate::services::medecins;
use crate::services::medecins::{MedecinTrouve, QuestionAnnuaire};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(search)).routes(routes!(accueil))
}

lecture! {
    struct AnnuaireDemande {
        /// Début du nom, ou du prénom : ni les accents, ni la casse, ni les traits d'union ne comptent.
        nom: Option<Nom<80>>,
        /// Commune d'un lieu d'exercice (code officiel géographique).
        commune: Option<CommuneExercice>,
        /// Spécialité.
        specialite: Option<Specialite>,
        /// Début du nom d'un lieu d'exercice.
        lieu: Option<Nom<120>>,
        /// Lieu d'exercice.
        lieu_id: Option<LieuId>,
        /// Vrai : ceux qui disent accepter de nouveaux patients ; faux : ceux qui disent ne plus en accepter.
        accepte_nouveaux_patients: Option<bool>,
        /// Qui exercent ce jour ; aujourd'hui par défaut.
        en_vigueur_le: Option<NaiveDate>,
        /// Nombre d'éléments par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
        /// Compter aussi toute la liste.
        avec_total: Option<bool>,
    }

    /// Ce qu'un médecin dit des nouveaux patients.
    #[schema(example = json!({ "accepte": true }))]
    pub(crate) struct AccueilDemande {
        /// Vrai : il en accepte.
        accepte: bool,
        /// À partir de ce jour, dans six mois au plus ; aujourd'hui par défaut.
        effet_du: Option<NaiveDate>,
    }
}

vue! {
    /// Médecin trouvé, avec ses lieux d'exercice du jour.
    pub(crate) struct MedecinTrouveVue(one: &MedecinTrouve) {
        /// RPPS.
        rpps: Rpps = one.rpps,
        /// Nom d'exercice.
        #[schema(example = "ESSAI-MARTIN")]
        nom: String = one.nom.clone(),
        /// Prénom d'exercice.
        #[schema(example = "CAMILLE")]
        prenom: String = one.prenom.clone(),
        /// Spécialité.
        specialite: Specialite = one.specialite,
        /// Spécialité, en clair.
        #[schema(example = "médecine générale")]
        specialite_libelle: &'static str = one.specialite.libelle(),
        /// Ce qu'il dit des nouveaux patients ; null s'il n'en dit rien.
        accepte_nouveaux_patients: Option<bool> = one.accueil.map(|(accepte, _)| accepte),
        /// Depuis quel jour il le dit.
        accueil_du: Option<NaiveDate> = one.accueil.map(|(_, du)| du),
        /// Lieux d'exercice, le principal d'abord.
        lieux: Vec<LieuTrouveVue> = one.lieux.iter().map(LieuTrouveVue::new).collect(),
    }

    /// Lieu où un médecin exerce.
    pub(crate) struct LieuTrouveVue(known: &(ModeExercice, bool, Lieu)) {
        let (mode, principal, lieu) = known;

        /// Lieu.
        lieu: LieuExerciceVue = LieuExerciceVue::new(lieu),
        /// Mode d'exercice.
        mode: ModeExercice = *mode,
        /// Exercice principal, ou cabinet secondaire.
        principal: bool = *principal,
    }
}

impl Anonymous for MedecinTrouveVue {}

type MedecinsTrouvesVue = Page<MedecinTrouveVue, JourDemande>;

/// Where a page of the directory ended: letters of a name, and the doctor.
#[derive(Debug)]
struct Cle(String, Rpps);

impl fmt::Display for Cle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.1, self.0)
    }
}

impl FromStr for Cle {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (rpps, cle) = text.split_once(' ').ok_or(())?;
        Ok(Self(cle.to_owned(), Rpps::parse(rpps).map_err(|_no_rpps| ())?))
    }
}

/// Chercher un médecin
///
/// Par le début de son nom, sa commune, sa spécialité, un lieu, ou ce qu'il dit des nouveaux patients. L'annuaire est
/// public : tout appelant authentifié le lit. Les remplaçants n'y sont pas : ils ne peuvent pas être désignés.
#[utoipa::path(
    get,
    path = "/v1/medecins",
    operation_id = "rechercher_medecins",
    responses((status = 200, description = "Une page de médecins, par nom", body = MedecinsTrouvesVue))
)]
async fn search(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<AnnuaireDemande>,
) -> Result<Response, Refus> {
    let jour = demande.en_vigueur_le.unwrap_or_else(|| state.core.clock().today());
    let asked = QuestionAnnuaire {
        jour,
        nom: demande.nom.map(|nom| nom.0),
        commune: demande.commune,
        specialite: demande.specialite,
        lieu: demande.lieu.map(|nom| nom.0),
        lieu_id: demande.lieu_id,
        accepte: demande.accepte_nouveaux_patients,
    };
    let cadre = Cadre::new(&state.core, appel.acteur(), &format!("medecins {asked:?}"));
    let page = (demande.limite, demande.curseur, demande.avec_total);
    let page = pagination::voulue::<Cle>(&cadre, page)?.map(|Cle(cle, rpps)| (cle, rpps));
    let found = medecins::search(&state.core, &asked, &page).await?;
    let key = |one: &MedecinTrouve| Cle(one.cle.clone(), one.rpps).to_string();
    let shown = Tranche::suivie(found, page.limite, &cadre, key);
    publier(shown, JourDemande { en_vigueur_le: jour }, MedecinTrouveVue::new)
}

ecriture! {
    /// Dire si l'on accepte de nouveaux patients
    ///
    /// Le médecin le dit lui-même, à partir d'un jour ; ce qu'il avait dit reste lisible. Rien n'en dépend dans le
    /// registre : qui cherche un médecin le lit.
    accueil: DeclarerAccueil = "/v1/moi/accueil" [],
    AccueilDemande => 200 MedecinVue "Le médecin, et ce qu'il dit" [] ["introuvable"],
    |core, demande, recue| [] medecins::declare_accueil(core, demande, (recue.accepte, recue.effet_du), |lu| {
        rendre(StatusCode::OK, None, None, &MedecinVue::new(lu))
    }).await
}
