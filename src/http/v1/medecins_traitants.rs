//! The question of every day: who is the médecin traitant, on which day, as known when.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

use crate::domain::designation::{ActionDesignation, Designation, MotifFin};
use crate::domain::droits::Demarche;
use crate::domain::evaluation::RelationMt;
use crate::domain::fin::MotifDepart;
use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne, RangGemellaire, Rpps};
use crate::domain::ids::{DeclarationId, DesignationId, PatientId};
use crate::domain::patient::ClePatient;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Corps, Requete};
use crate::http::idempotency::show;
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::problem::Refus;
use crate::http::schemas::MotifSnds;
use crate::http::v1::acte::consultation;
use crate::http::vue::vue;
use crate::services::medecins_traitants;
use crate::services::medecins_traitants::{Dates, DesignationLue, Lecteur, MedecinTraitant};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(current)).routes(routes!(consult)).routes(routes!(list))
}

lecture! {
    /// Les deux dates de toute question sur le médecin traitant.
    struct DatesDemande {
        /// En vigueur ce jour ; aujourd'hui par défaut.
        en_vigueur_le: Option<NaiveDate>,
        /// Tel que connu à cet instant ; maintenant par défaut.
        connu_le: Option<DateTime<Utc>>,
    }

    /// La seule date d'un historique.
    pub(crate) struct ConnaissanceDemande {
        /// Tel que connu à cet instant ; maintenant par défaut.
        pub(crate) connu_le: Option<DateTime<Utc>>,
    }

    /// Question sur le médecin traitant d'une personne désignée comme sur sa carte Vitale.
    #[schema(example = json!({
        "identifiant": { "type": "nir", "valeur": "172080100199557" },
        "date_naissance": "1972-08-09", "en_vigueur_le": "2025-05-15"
    }))]
    pub(crate) struct ConsultationDemande {
        /// Numéro du patient ou de l'assuré.
        identifiant: IdentifiantPersonne,
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: DateNaissanceAmo,
        /// Rang gémellaire, 1 par défaut.
        rang: Option<RangGemellaire>,
        /// En vigueur ce jour ; aujourd'hui par défaut.
        en_vigueur_le: Option<NaiveDate>,
        /// Tel que connu à cet instant ; maintenant par défaut.
        connu_le: Option<DateTime<Utc>>,
    }
}

vue! {
    /// Médecin traitant d'un patient, un jour donné.
    pub(crate) struct MedecinTraitantVue(answer: &MedecinTraitant) {
        /// Patient.
        patient_id: PatientId = answer.patient_id,
        /// Jour de la question.
        en_vigueur_le: NaiveDate = answer.en_vigueur_le,
        /// Instant de la connaissance, s'il a été demandé.
        connu_le: Option<DateTime<Utc>> = answer.connu_le,
        /// Une déclaration est en vigueur ce jour.
        declare: bool = answer.relation != RelationMt::Aucun,
        /// Pour un médecin : « executant » si c'est lui. Pour les autres : « autre » s'il y en a un.
        relation: RelationMt = answer.relation,
        /// La même réponse, en une phrase pour qui la lit.
        #[schema(example = "Vous avez un médecin traitant ce jour-là.")]
        phrase: String = phrase(answer),
        /// Désignation en vigueur, avec ses médecins de ce jour ; null s'il n'y en a pas, ou si elle désigne un autre médecin que celui
        /// qui demande.
        designation: Option<DesignationVue> =
            answer.designation.as_ref().map(|known| DesignationVue::with(known, &answer.actions)),
        /// La désignation dort ce jour : le patient relève d'une caisse ou d'un statut hors du parcours de
        /// soins. Elle n'a pas pris fin et sert de nouveau à son retour.
        en_sommeil: bool = answer.en_sommeil,
    }

    /// Désignation : qui est médecin traitant, de quel jour à quel jour.
    pub(crate) struct DesignationVue(designation: &Designation) {
        /// Identifiant, le même dans toutes les versions.
        id: DesignationId = designation.id,
        /// Déclaration qui l'a ouverte.
        declaration_id: DeclarationId = designation.declaration_id,
        /// Version, à partir de 1.
        #[schema(example = 1)]
        version: i32 = designation.version,
        /// Premier jour.
        effet_du: NaiveDate = designation.effet.du(),
        /// Premier jour qui n'en fait plus partie, ou null.
        effet_au: Option<NaiveDate> = designation.effet.au(),
        /// Motif de fin.
        motif_fin: Option<MotifFin> = designation.motif_fin,
        /// Motif de la table nationale.
        #[schema(value_type = Option<MotifSnds>)]
        motif_fin_snds: Option<&'static str> = designation.motif_fin.and_then(MotifFin::snds),
        /// Médecins désignés.
        medecins: Vec<MembreVue> = designation
            .membres
            .iter()
            .filter_map(|membre| {
                let effet = membre.effet.intersection(&designation.effet)?;
                Some(MembreVue {
                    rpps: membre.rpps,
                    effet_du: effet.du(),
                    effet_au: effet.au(),
                    motif_depart: membre.motif_fin,
                })
            })
            .collect(),
        /// Ce que l'appelant peut faire maintenant : « retirer » y met fin par sa déclaration, « quitter »
        /// enregistre le départ d'un des médecins. Absent là où la déclaration dit ses propres actions.
        #[serde(skip_serializing_if = "Option::is_none")]
        actions: Option<Vec<ActionDesignation>> = None,
        /// Le registre connaît cette version depuis cet instant.
        enregistree_le: DateTime<Utc> = designation.enregistre_le,
        /// Une autre version l'a remplacée à cet instant, ou null.
        remplacee_le: Option<DateTime<Utc>> = designation.remplace_le,
    }
}

/// Médecin d'une désignation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MembreVue {
    /// RPPS.
    rpps: Rpps,
    /// Premier jour.
    effet_du: NaiveDate,
    /// Premier jour qui n'en fait plus partie, ou null.
    effet_au: Option<NaiveDate>,
    /// Pourquoi il a quitté les autres, quand il l'a fait.
    motif_depart: Option<MotifDepart>,
}

/// The answer in a sentence, to whom reads it.
fn phrase(answer: &MedecinTraitant) -> String {
    let dead =
        answer.deces.map(|mort| format!("Le patient est décédé le {}.", mort.format("%d/%m/%Y")));
    if let (Some(dead), Lecteur::Patient) = (&dead, answer.lecteur) {
        return dead.clone();
    }
    let said = match (answer.relation, answer.lecteur) {
        (RelationMt::Aucun, Lecteur::Patient) => "Vous n'avez pas de médecin traitant ce jour-là.",
        (RelationMt::Aucun, Lecteur::Medecin | Lecteur::Autre) => {
            "Aucun médecin traitant n'est déclaré ce jour-là."
        }
        (RelationMt::Executant, _) => "Vous êtes médecin traitant du patient ce jour-là.",
        (_, Lecteur::Patient) => "Vous avez un médecin traitant ce jour-là.",
        (_, Lecteur::Medecin) => "Un autre médecin est son médecin traitant ce jour-là.",
        (_, Lecteur::Autre) => "Un médecin traitant est déclaré ce jour-là.",
    };
    let sleeps = match answer.lecteur {
        _ if !answer.en_sommeil => "",
        Lecteur::Patient => {
            " Ce choix est gardé, mais il ne change rien à vos remboursements : la règle du médecin traitant ne vous concerne \
             pas ce jour-là."
        }
        Lecteur::Medecin | Lecteur::Autre => {
            " Cette déclaration dort : la couverture de ce jour n'est pas du parcours de soins."
        }
    };
    let dead = dead.map(|dead| format!(" {dead}")).unwrap_or_default();
    format!("{said}{sleeps}{dead}")
}

impl DesignationVue {
    /// The same, with what the caller may do.
    fn with(designation: &Designation, actions: &[ActionDesignation]) -> Self {
        Self { actions: Some(actions.to_vec()), ..Self::new(designation) }
    }
}

consultation! {
    /// Lire le médecin traitant d'un patient
    ///
    /// En vigueur un jour donné, tel que connu à un instant donné. Un médecin qui n'est pas le médecin
    /// traitant apprend seulement s'il y en a un.
    current: LireMedecinTraitant = "/v1/patients/{id}/medecin-traitant"
        => MedecinTraitantVue "La réponse, à la mesure de ce que l'appelant peut savoir", [],
    (core, contexte, Chemin(id): Chemin<PatientId>, Requete(dates): Requete<DatesDemande>) {
        let dates = Dates { en_vigueur_le: dates.en_vigueur_le, connu_le: dates.connu_le };
        let asked = medecins_traitants::get(core, contexte, id, dates).await;
        let answer = asked.map_err(|error| Refus::from(error).en_parametres())?;
        show(&answer.map(|answer| MedecinTraitantVue::new(&answer)))
    }
}

/// Demander s'il existe un médecin traitant
///
/// La personne est désignée comme sur sa carte Vitale, dans le corps et jamais dans l'adresse.
#[utoipa::path(
    post,
    path = "/v1/medecins-traitants/consultation",
    operation_id = "consulter_medecin_traitant",
    responses((status = 200, description = "La réponse, à la mesure de ce que l'appelant peut savoir", body = MedecinTraitantVue)),
    extensions(("x-problemes" = json!(["role_interdit", "introuvable", "patient_ambigu", "trop_d_essais"])))
)]
async fn consult(
    State(state): State<AppState>,
    appel: Appel,
    corps: Corps<ConsultationDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ConsulterMedecinTraitant)?;
    let demande = corps.valeur;
    let cle = ClePatient {
        numero: demande.identifiant,
        date_naissance: demande.date_naissance,
        rang: demande.rang.unwrap_or(RangGemellaire::ONE),
    };
    let dates = Dates { en_vigueur_le: demande.en_vigueur_le, connu_le: demande.connu_le };
    let answer = medecins_traitants::consult(&state.core, &contexte, &cle, dates).await?;
    show(&answer.map(|answer| MedecinTraitantVue::new(&answer)))
}

/// Désignations d'un patient.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DesignationsVue {
    /// Par premier jour.
    donnees: Vec<DesignationVue>,
}

consultation! {
    /// Lire l'historique des désignations d'un patient
    ///
    /// Tel que connu à un instant donné. Un médecin y voit les désignations qui le nomment.
    list: ListerDesignations = "/v1/patients/{id}/designations"
        => DesignationsVue "Les désignations, par premier jour", [],
    (core, contexte, Chemin(id): Chemin<PatientId>, Requete(demande): Requete<ConnaissanceDemande>) {
        let asked = medecins_traitants::list(core, contexte, id, demande.connu_le).await;
        let timeline = asked.map_err(|error| Refus::from(error).en_parametres())?;
        let shape = |lue: &DesignationLue| DesignationVue::with(&lue.designation, &lue.actions);
        show(&timeline.map(|all| DesignationsVue { donnees: all.iter().map(shape).collect() }))
    }
}
