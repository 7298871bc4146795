//! What a doctor receives for being médecin traitant.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use super::loi::{ParametreVue, TarifVue};
use crate::domain::droits::Demarche;
use crate::domain::identifiers::Rpps;
use crate::domain::money::Centimes;
use crate::domain::remuneration::{Manque, NatureRemuneration, TarifsPratiques, TrancheAge};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Requete};
use crate::http::idempotency::{Anonymous, json as respond_json};
use crate::http::lecture::{Entier, lecture};
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::vue::vue;
use crate::services::remunerations::{self, Encadrement, Remuneration, Remunerations, Valeur};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read))
}

lecture! {
    struct RemunerationsDemande {
        /// Année payée. Les montants sont ceux de son dernier jour.
        annee: Entier<1998, 2100>,
        /// Tel que connu à cet instant ; maintenant par défaut.
        connu_le: Option<DateTime<Utc>>,
    }
}

vue! {
    /// Ce que reçoit un médecin dans l'année parce qu'il est médecin traitant. Des nombres, personne en particulier.
    pub(crate) struct RemunerationsVue(read: &Remunerations) {
        let calcul = &read.calcul;

        /// Médecin.
        rpps: Rpps = read.rpps,
        /// Année payée.
        #[schema(example = 2025)]
        annee: i32 = read.annee,
        /// Jour dont les patients sont comptés : le 31 décembre de l'année précédente.
        jour_de_reference: NaiveDate = read.jour,
        /// Vrai si ce jour n'est pas encore venu : les désignations connues aujourd'hui sont comptées.
        provisoire: bool = read.provisoire,
        /// Caisse dont les assurés sont seuls comptés ; null pour le médecin, qui lit tous ses patients.
        #[schema(example = "01011")]
        caisse: Option<String> = read.caisse.clone(),
        /// Nombre de patients comptés.
        patients: u64 = read.patientele.patients(),
        /// Tarifs que le médecin pratique ce jour-là.
        tarifs: TarifsPratiques = read.patientele.tarifs,
        /// Ce qui est payé cette année-là.
        remunerations: Vec<RemunerationVue> =
            calcul.remunerations.iter().map(RemunerationVue::new).collect(),
        /// Somme de ce qui peut être calculé.
        total: EncadrementVue = EncadrementVue::new(&calcul.total),
        /// Ce qui n'est pas dans cette somme.
        non_comptees: Vec<NatureRemuneration> = calcul.non_comptees.clone(),
        /// La même chose en français.
        explication: String = calcul.explication.clone(),
    }

    /// Rémunération du médecin traitant.
    pub(crate) struct RemunerationVue(one: &Remuneration) {
        /// Laquelle.
        nature: NatureRemuneration = one.nature,
        /// En clair.
        libelle: &'static str = one.libelle,
        /// Première année où elle est payée.
        premiere_annee: i32 = one.annees.0,
        /// Dernière année, ou null.
        derniere_annee: Option<i32> = one.annees.1,
        /// Montants du dernier jour de l'année, avec leurs textes.
        montants: Vec<ParametreVue> = one.montants.iter().map(ParametreVue::new).collect(),
        /// Lettres facturées avec un acte, et leurs tarifs ce jour-là.
        lettres: Vec<TarifVue> = one.lettres.iter().map(|ligne| TarifVue::new(ligne)).collect(),
        /// Ce que valent les patients, par classe.
        classes: Vec<ClassePayeeVue> = one.valeurs.iter().map(ClassePayeeVue::new).collect(),
        /// Montant ; null s'il ne peut pas être encadré.
        total: Option<EncadrementVue> = one.total.as_ref().map(EncadrementVue::new),
        /// Ce qui manque pour le dire exactement.
        manque: Vec<Manque> = one.manque.clone(),
        /// La même chose en français.
        explication: String = one.explication.clone(),
    }

    /// Patients que rien ne distingue pour ce qui est payé.
    pub(crate) struct ClassePayeeVue(valeur: &Valeur) {
        /// Âge le jour de référence.
        tranche_age: TrancheAge = valeur.classe.tranche,
        /// En affection de longue durée ; null, le registre ne le sait pas.
        ald: Option<bool> = valeur.classe.ald,
        /// Vrai s'ils ont ce jour-là d'autres médecins traitants avec celui-ci.
        en_commun: bool = valeur.classe.en_commun,
        /// Combien ils sont.
        patients: u64 = valeur.patients,
        /// Pour un patient.
        unitaire: EncadrementVue = EncadrementVue::new(&valeur.unitaire),
        /// Pour tous.
        total: EncadrementVue = EncadrementVue::new(&valeur.total),
    }

    /// Montant entre deux autres, égaux quand il est certain.
    pub(crate) struct EncadrementVue(amount: &Encadrement) {
        /// Au moins.
        minimum_centimes: Centimes = amount.minimum,
        /// Au plus.
        maximum_centimes: Centimes = amount.maximum,
    }
}

impl Anonymous for RemunerationsVue {}

/// Lire ce que reçoit un médecin traitant
///
/// Le médecin lit ce qu'il reçoit pour tous ses patients ; la caisse du département où il exerce, pour ses seuls assurés.
/// Chaque montant est daté et cite ses sources. Ce que le registre ne sait pas (qui est en affection de longue durée, par
/// exemple) encadre le montant, ou le laisse hors du total : « manque » et « explication » le disent, rien n'est deviné.
#[utoipa::path(
    get,
    path = "/v1/medecins/{rpps}/remunerations",
    operation_id = "lire_remunerations",
    responses((status = 200, description = "Ce qui est payé pour l'année", body = RemunerationsVue))
)]
async fn read(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(rpps): Chemin<Rpps>,
    Requete(demande): Requete<RemunerationsDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireRemunerations)?;
    let annee = i32::try_from(demande.annee.0).unwrap_or_default();
    let found =
        remunerations::read(&state.core, &contexte, (&rpps, annee), demande.connu_le).await?;
    respond_json(&RemunerationsVue::new(&found))
}
