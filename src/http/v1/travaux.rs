//! What a caisse works on: lists of declarations, operations, merges, conciliations and affiliates, all paged alike.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use crate::domain::calendar::age_revolu;
use crate::domain::conciliation::EtatConciliation;
use crate::domain::declaration::{Canal, Contestation, Etat};
use crate::domain::droits::Demarche;
use crate::domain::identifiers::{CommuneExercice, DateNaissanceAmo, Rpps};
use crate::domain::ids::{
    ConciliationId, DeclarationId, DesignationId, FusionId, OperationId, PatientId,
};
use crate::domain::operation::{EtatOperation, NatureOperation};
use crate::domain::patient::Sexe;
use crate::domain::vie::MotifRectification;
use crate::http::AppState;
use crate::http::extract::{Appel, Requete};
use crate::http::lecture::{Entier, Texte, lecture};
use crate::http::openapi::{about, routes};
use crate::http::pagination::{
    self, Cadre, Curseur, JourDemande, Limite, Page, Tranche, montrer, montrer_avec,
};
use crate::http::problem::Refus;
use crate::http::vue::vue;
use crate::services::patients::{self, Affilie, QuestionListe};
use crate::services::travaux::{
    self, ConciliationListee, DeclarationListee, FusionListee, OperationListee,
};

pub(super) fn router() -> OpenApiRouter<AppState> {
    let one = OpenApiRouter::new;
    OpenApiRouter::new()
        .merge(about("declarations", one().routes(routes!(declarations))))
        .merge(about("operations", one().routes(routes!(operations))))
        .merge(about("vie-du-patient", one().routes(routes!(fusions))))
        .merge(about("conciliations", one().routes(routes!(conciliations))))
        .merge(about("patients", one().routes(routes!(affilies))))
}

lecture! {
    struct DeclarationsDemande {
        /// Seulement cet état.
        etat: Option<Etat>,
        /// Seulement cet état de la contestation.
        contestation: Option<Contestation>,
        /// Nombre d'éléments par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
        /// Compter aussi toute la liste.
        avec_total: Option<bool>,
    }

    struct OperationsDemande {
        /// Seulement cet état.
        etat: Option<EtatOperation>,
        /// Nombre d'éléments par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
        /// Compter aussi toute la liste.
        avec_total: Option<bool>,
    }

    struct FusionsDemande {
        /// Vrai : les fusions annulées ; faux : celles qui tiennent.
        annulee: Option<bool>,
        /// Nombre d'éléments par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
        /// Compter aussi toute la liste.
        avec_total: Option<bool>,
    }

    struct ConciliationsDemande {
        /// Seulement cet état.
        etat: Option<EtatConciliation>,
        /// Nombre d'éléments par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
        /// Compter aussi toute la liste.
        avec_total: Option<bool>,
    }

    struct AffiliesDemande {
        /// Vrai : avec un médecin traitant aujourd'hui ; faux : sans.
        medecin_traitant: Option<bool>,
        /// Âge le plus bas, en années révolues.
        age_min: Option<Entier<0, 130>>,
        /// Âge le plus haut.
        age_max: Option<Entier<0, 130>>,
        /// Commune de l'adresse (code officiel géographique).
        commune: Option<CommuneExercice>,
        /// Code postal de l'adresse.
        code_postal: Option<Texte<2, 10>>,
        /// Nombre d'éléments par page, 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
        /// Compter aussi toute la liste, ce qui la parcourt.
        avec_total: Option<bool>,
    }
}

vue! {
    /// Déclaration, en bref.
    pub(crate) struct DeclarationListeeVue(one: &DeclarationListee) {
        /// Identifiant ; la déclaration entière se lit sous `/v1/declarations/{id}`.
        id: DeclarationId = one.id,
        /// Numéro public.
        #[schema(example = "MT-7Q4K-9D2M-XK5C")]
        numero: String = one.numero.to_string(),
        /// Patient.
        patient_id: PatientId = one.patient_id,
        /// Médecins choisis.
        medecins: Vec<Rpps> = one.medecins.clone(),
        /// Provenance.
        canal: Canal = one.canal,
        /// État.
        etat: Etat = one.etat,
        /// Contestation.
        contestation: Option<Contestation> = one.contestation,
        /// Version, à rendre dans If-Match.
        #[schema(example = 1)]
        version: i32 = one.version,
        /// Les signatures manquantes sont attendues jusqu'à cet instant ; null quand rien n'est attendu.
        expire_le: Option<DateTime<Utc>> = Some(one.expire_le).filter(|_| one.etat == Etat::EnAttente),
        /// Création.
        enregistree_le: DateTime<Utc> = one.enregistre_le,
    }

    /// Opération sur un médecin, en bref.
    pub(crate) struct OperationListeeVue(one: &OperationListee) {
        /// Identifiant ; l'opération et ses comptes se lisent sous `/v1/operations/{id}`.
        id: OperationId = one.id,
        /// RPPS du médecin.
        rpps: Rpps = one.rpps,
        /// Nature.
        nature: NatureOperation = one.nature,
        /// Premier jour.
        effet_du: NaiveDate = one.effet_du,
        /// Premier jour qui suit une suspension, ou null.
        effet_au: Option<NaiveDate> = one.effet_au,
        /// Caisse qui l'a enregistrée ; null pour un acte national.
        #[schema(example = "01011")]
        caisse: Option<String> = one.caisse.clone(),
        /// Avancement.
        etat: EtatOperation = one.etat,
        /// Version, à rendre dans If-Match.
        #[schema(example = 1)]
        version: i32 = one.version,
        /// Enregistrement.
        enregistree_le: DateTime<Utc> = one.enregistre_le,
        /// Jusqu'à quand elle se confirme, ou null.
        expire_le: Option<DateTime<Utc>> = one.expire_le,
    }

    /// Fusion de deux dossiers, en bref.
    pub(crate) struct FusionListeeVue(one: &FusionListee) {
        /// Identifiant ; la fusion se lit sous `/v1/fusions/{id}`.
        id: FusionId = one.id,
        /// Dossier conservé.
        patient_id: PatientId = one.patient_id,
        /// Dossier absorbé.
        absorbe_id: PatientId = one.absorbe_id,
        /// Motif.
        motif: MotifRectification = one.motif,
        /// Enregistrement.
        enregistree_le: DateTime<Utc> = one.enregistre_le,
        /// Annulation, ou null.
        annulee_le: Option<DateTime<Utc>> = one.annulee_le,
    }

    /// Conciliation, en bref.
    pub(crate) struct ConciliationListeeVue(one: &ConciliationListee) {
        /// Identifiant ; la conciliation se lit sous `/v1/conciliations/{id}`.
        id: ConciliationId = one.id,
        /// Patient.
        patient_id: PatientId = one.patient_id,
        /// Commune près de laquelle chercher.
        commune: CommuneExercice = one.commune,
        /// Jour de la demande.
        demandee_le: NaiveDate = one.demandee_le,
        /// État.
        etat: EtatConciliation = one.etat,
        /// Version, à rendre dans If-Match.
        #[schema(example = 1)]
        version: i32 = one.version,
        /// Jour où la recherche s'est terminée, ou null.
        terminee_le: Option<NaiveDate> = one.terminee_le,
    }

    /// Assuré d'une caisse.
    pub(crate) struct AffilieVue(one: &Affilie, jour: NaiveDate) {
        let (identite, adresse) = (&one.identite, one.adresse.as_ref());

        /// Patient ; son dossier se lit sous `/v1/patients/{id}`.
        patient_id: PatientId = one.patient_id,
        /// Nom.
        #[schema(example = "ESSAI-COLIN")]
        nom: String = identite.nom.clone(),
        /// Prénom.
        #[schema(example = "BERNARD")]
        prenom: String = identite.prenom.clone(),
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: DateNaissanceAmo = identite.date_naissance,
        /// Sexe à l'état civil ; null s'il n'est pas connu.
        sexe: Option<Sexe> = identite.sexe,
        /// Âge, en années révolues.
        #[schema(example = 52)]
        age: u8 = age_revolu(identite.date_naissance.pour_calcul_age(), jour),
        /// Code postal, si l'adresse est connue.
        #[schema(example = "01000")]
        code_postal: Option<String> = adresse.map(|adresse| adresse.code_postal.clone()),
        /// Commune, si l'adresse la dit.
        commune: Option<CommuneExercice> = adresse.and_then(|adresse| adresse.commune),
        /// Désignation en vigueur ; null sans médecin traitant.
        designation_id: Option<DesignationId> = one.designation_id,
    }
}

type DeclarationsListeesVue = Page<DeclarationListeeVue>;
type OperationsListeesVue = Page<OperationListeeVue>;
type FusionsListeesVue = Page<FusionListeeVue>;
type ConciliationsListeesVue = Page<ConciliationListeeVue>;
type AffiliesVue = Page<AffilieVue, JourDemande>;

/// Lister les déclarations des assurés d'une caisse
///
/// De ceux qui dépendent d'elle aujourd'hui, la dernière faite d'abord, par état.
#[utoipa::path(
    get,
    path = "/v1/declarations",
    operation_id = "lister_declarations_caisse",
    responses((status = 200, description = "Une page de déclarations", body = DeclarationsListeesVue))
)]
async fn declarations(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<DeclarationsDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerDeclarationsCaisse)?;
    let filtre = (demande.etat, demande.contestation);
    let question = format!("declarations {filtre:?}");
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let asked = (demande.limite, demande.curseur, demande.avec_total);
    let page = pagination::voulue::<DeclarationId>(&cadre, asked)?;
    let found = travaux::declarations(&state.core, &contexte, filtre, page).await?;
    let key = |one: &DeclarationListee| one.id.to_string();
    let shown = found.map(|found| Tranche::suivie(found, page.limite, &cadre, key));
    montrer(shown, DeclarationListeeVue::new)
}

/// Lister les opérations sur des médecins
///
/// Pour une caisse, celles qu'elle a enregistrées et les actes nationaux qui touchent ses assurés ; pour le
/// référentiel, les actes nationaux. La dernière d'abord, par état.
#[utoipa::path(
    get,
    path = "/v1/operations",
    operation_id = "lister_operations",
    responses((status = 200, description = "Une page d'opérations", body = OperationsListeesVue))
)]
async fn operations(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<OperationsDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerOperations)?;
    let question = format!("operations {:?}", demande.etat);
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let asked = (demande.limite, demande.curseur, demande.avec_total);
    let page = pagination::voulue::<OperationId>(&cadre, asked)?;
    let found = travaux::operations(&state.core, &contexte, demande.etat, page).await?;
    let key = |one: &OperationListee| one.id.to_string();
    let shown = found.map(|found| Tranche::suivie(found, page.limite, &cadre, key));
    montrer(shown, OperationListeeVue::new)
}

/// Lister les fusions de dossiers d'une caisse
///
/// Celles dont le dossier conservé dépend d'elle aujourd'hui, la dernière d'abord.
#[utoipa::path(
    get,
    path = "/v1/fusions",
    operation_id = "lister_fusions",
    responses((status = 200, description = "Une page de fusions", body = FusionsListeesVue))
)]
async fn fusions(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<FusionsDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerFusions)?;
    let question = format!("fusions {:?}", demande.annulee);
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let asked = (demande.limite, demande.curseur, demande.avec_total);
    let page = pagination::voulue::<FusionId>(&cadre, asked)?;
    let found = travaux::fusions(&state.core, &contexte, demande.annulee, page).await?;
    let key = |one: &FusionListee| one.id.to_string();
    let shown = found.map(|found| Tranche::suivie(found, page.limite, &cadre, key));
    montrer(shown, FusionListeeVue::new)
}

/// Lister les conciliations des assurés d'une caisse
///
/// De ceux qui dépendent d'elle aujourd'hui, la dernière demandée d'abord, par état.
#[utoipa::path(
    get,
    path = "/v1/conciliations",
    operation_id = "lister_conciliations_caisse",
    responses((status = 200, description = "Une page de conciliations", body = ConciliationsListeesVue))
)]
async fn conciliations(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<ConciliationsDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerConciliationsCaisse)?;
    let question = format!("conciliations {:?}", demande.etat);
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let asked = (demande.limite, demande.curseur, demande.avec_total);
    let page = pagination::voulue::<ConciliationId>(&cadre, asked)?;
    let found = travaux::conciliations(&state.core, &contexte, demande.etat, page).await?;
    let key = |one: &ConciliationListee| one.id.to_string();
    let shown = found.map(|found| Tranche::suivie(found, page.limite, &cadre, key));
    montrer(shown, ConciliationListeeVue::new)
}

/// Lister les assurés d'une caisse
///
/// Les personnes en vie qui dépendent d'elle aujourd'hui : avec ou sans médecin traitant, par âge, par commune. Une
/// page parcourt un nombre borné de personnes : elle peut être courte, ou vide, et avoir une suite. Chaque personne
/// montrée peut lire que sa fiche a été lue.
#[utoipa::path(
    get,
    path = "/v1/patients",
    operation_id = "lister_affilies",
    responses((status = 200, description = "Une page d'assurés, dans un ordre stable", body = AffiliesVue))
)]
async fn affilies(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<AffiliesDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerAffilies)?;
    let age = |asked: Option<Entier<0, 130>>, default: u8| {
        asked.and_then(|age| u8::try_from(age.0).ok()).unwrap_or(default)
    };
    if let (Some(least), Some(most)) = (demande.age_min, demande.age_max)
        && least.0 > most.0
    {
        let message = "attendu : un âge qui n'est pas au-dessous de « age_min »";
        return Err(Refus::parametre("age_max", "hors_bornes", message));
    }
    let asked = QuestionListe {
        avec: demande.medecin_traitant,
        ages: (age(demande.age_min, 0), age(demande.age_max, u8::MAX)),
        commune: demande.commune,
        code_postal: demande.code_postal.map(|text| text.0),
    };
    let question = format!("affilies {asked:?}");
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let page = (demande.limite, demande.curseur, demande.avec_total);
    let page = pagination::voulue::<PatientId>(&cadre, page)?;
    let found = patients::list_affilies(&state.core, &contexte, &asked, page).await?;
    let (jour, suite) = (found.get().jour, found.get().suite);
    let shown =
        found.map(|page| Tranche::finie((page.affilies, page.total), suite.as_ref(), &cadre));
    montrer_avec(shown, JourDemande { en_vigueur_le: jour }, |one| AffilieVue::new(one, jour))
}
