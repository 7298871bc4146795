//! The feuilles that a caisse should look at again, page by page.

use std::fmt;
use std::str::FromStr;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use utoipa_axum::router::OpenApiRouter;

use crate::domain::a_revoir::{MotifRevue, Raison};
use crate::domain::calendar::plus_mois;
use crate::domain::droits::Demarche;
use crate::domain::evaluation::{Appartenance, CodeDetermine};
use crate::domain::identifiers::{Invalide, Rpps};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::http::AppState;
use crate::http::extract::{Appel, Requete};
use crate::http::lecture::lecture;
use crate::http::openapi::routes;
use crate::http::pagination::{
    self, Cadre, Curseur, JoursDemandes, Limite, Page, Tranche, montrer_avec,
};
use crate::http::problem::Refus;
use crate::http::schemas::NumeroEvaluation;
use crate::http::vue::vue;
use crate::services::a_revoir;
use crate::services::a_revoir::{FeuilleARevoir, Place, QuestionRevue};

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

lecture! {
    /// Which feuilles.
    struct RevueDemande {
        /// Premier jour de soins ; un an avant le dernier par défaut.
        du: Option<NaiveDate>,
        /// Dernier jour de soins ; aujourd'hui par défaut.
        au: Option<NaiveDate>,
        /// Seulement les raisons apparues à partir de cet instant.
        depuis: Option<DateTime<Utc>>,
        /// Seulement cette raison.
        motif: Option<MotifRevue>,
        /// Nombre de feuilles par page, au plus ; 20 par défaut.
        limite: Option<Limite>,
        /// Curseur de la page précédente, avec les mêmes filtres.
        curseur: Option<Curseur>,
        /// Compter aussi toute la liste, ce qui la parcourt.
        avec_total: Option<bool>,
    }
}

/// The feuilles to look at again, by person, then by month of care and as they were received.
type FeuillesARevoirVue = Page<FeuilleARevoirVue, JoursDemandes>;

vue! {
    /// Feuille à revoir, avec ses raisons.
    pub(crate) struct FeuilleARevoirVue(one: &FeuilleARevoir) {
        let (feuille, synthese) = (&one.feuille.feuille, one.derniere.evaluation.synthese());

        /// Identifiant ; la feuille entière se lit sous `/v1/feuilles-de-soins/{id}`.
        feuille_id: FeuilleId = one.feuille.id,
        /// Patient.
        patient_id: PatientId = one.patient_id,
        /// Premier jour des soins.
        date_soins: Option<NaiveDate> = feuille.soins.date_soins(),
        /// Numéro donné par qui facture.
        #[schema(example = "000000101")]
        numero_facture: String = feuille.numero_facture.clone(),
        /// Médecin qui a fait les soins.
        executant_rpps: Rpps = feuille.executant_rpps,
        /// Numéro de la dernière évaluation.
        #[schema(value_type = NumeroEvaluation)]
        evaluation: i16 = one.derniere.numero,
        /// Ce que le registre savait quand elle a été faite.
        connu_le: DateTime<Utc> = one.derniere.connu_le,
        /// Situation qu'elle a déterminée.
        situation_determinee: Option<CodeDetermine> = synthese.map(|verdict| verdict.code),
        /// Où elle situe la feuille.
        appartenance: Option<Appartenance> = synthese.map(|verdict| verdict.appartenance),
        /// Pourquoi la revoir ; au moins une raison.
        raisons: Vec<RaisonVue> = one.raisons.iter().map(RaisonVue::new).collect(),
    }

    /// Raison de revoir une feuille.
    pub(crate) struct RaisonVue(raison: &Raison) {
        /// Code stable.
        motif: MotifRevue = raison.motif,
        /// Quand elle est apparue ; la dernière fois, si plusieurs faits sont en cause.
        apparue_le: DateTime<Utc> = raison.apparue_le,
        /// Codes des avertissements, ou natures des faits enregistrés depuis l'évaluation.
        #[schema(example = json!(["declaration.prise_effet"]))]
        codes: Vec<String> = raison.codes.clone(),
        /// Feuilles qui en sont la cause.
        feuilles: Vec<FeuilleId> = raison.feuilles.clone(),
    }
}

/// Lister les feuilles de soins à revoir
///
/// Pour la caisse, parmi les feuilles des patients qui dépendent d'elle aujourd'hui, celles pour lesquelles
/// quelque chose d'enregistré le demande : dernière évaluation indéterminée (« indeterminee ») ;
/// avertissement qui appelle un examen, comme un indicateur ou un organisme que le registre contredit, ou un
/// dépassement qui n'est pas possible (« avertissement ») ; avis ponctuel qu'une feuille suivante contredit
/// (« avis_ponctuel_rompu ») ; fait enregistré après la dernière évaluation et qui compte le jour des soins :
/// déclaration, fin ou départ, décès, statut, caisse, fusion, adressage (« fait_tardif »).
///
/// Une raison demande un examen, sans dire que la décision changerait : l'essai d'une réévaluation le dit.
/// Une réévaluation appliquée depuis, sur ces jours, fait disparaître le « fait_tardif » qu'elle a connu. Ce
/// qui change pour un médecin sans changer le dossier du patient n'est pas cherché.
///
/// Une page parcourt un nombre borné de patients : elle peut être courte, ou vide, et avoir une suite. La
/// lecture laisse une trace pour chaque patient montré.
#[utoipa::path(
    get,
    path = "/v1/feuilles-de-soins/a-revoir",
    operation_id = "lister_feuilles_a_revoir",
    responses((status = 200, description = "Une page de feuilles à revoir", body = FeuillesARevoirVue))
)]
async fn list(
    State(state): State<AppState>,
    appel: Appel,
    Requete(demande): Requete<RevueDemande>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerFeuillesARevoir)?;
    let RevueDemande { du, au, depuis, motif, limite, curseur, avec_total } = demande;
    let au = au.unwrap_or_else(|| state.core.clock().today());
    let (du, au) = pagination::jours(du.or_else(|| plus_mois(au, -12)).unwrap_or(au), au)?;
    let question = format!("a-revoir {du} {au} {depuis:?} {motif:?}");
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let voulue = pagination::voulue::<Repere>(&cadre, (limite, curseur, avec_total))?;
    let asked = QuestionRevue {
        jours: (du, au),
        depuis,
        motif,
        apres: voulue.apres.map(|repere| repere.0),
        limite: usize::try_from(voulue.limite).unwrap_or_default(),
        avec_total: voulue.avec_total,
    };
    let page = a_revoir::list(&state.core, &contexte, &asked).await?;
    let suite = page.get().suite.map(Repere);
    let shown =
        page.map(|page| Tranche::finie((page.feuilles, page.total), suite.as_ref(), &cadre));
    montrer_avec(shown, JoursDemandes { du, au }, FeuilleARevoirVue::new)
}

/// Where a page ended, as a cursor writes it.
struct Repere(Place);

impl fmt::Display for Repere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (patient, feuille) = self.0;
        write!(f, "{patient}")?;
        feuille.map_or(Ok(()), |feuille| write!(f, " {feuille}"))
    }
}

impl FromStr for Repere {
    type Err = Invalide;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some((patient, feuille)) = text.split_once(' ') else {
            return Ok(Self((text.parse()?, None)));
        };
        Ok(Self((patient.parse()?, Some(feuille.parse()?))))
    }
}
