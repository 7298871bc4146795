//! One record that was two persons.

use serde_json::json;

use super::operation::{Debut, Operation};
use crate::domain::acteur::Acteur;
use crate::domain::ids::{DeclarationId, FeuilleId, PatientId};
use crate::domain::patient::{NouveauPatient, Patient};
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification};
use crate::services::feuilles_de_soins::retenues;
use crate::services::frises::Ecriture;
use crate::services::{Contexte, Demande, Memoire, Rendu, ServiceError, Services, Vue};
use crate::storage::feuilles_de_soins::FeuilleRecue;
use crate::storage::patients::{self, conflits, fusions, mouvements};
use crate::storage::{Tx, evaluations, evenements, feuilles_de_soins, participations};

/// What leaves a record for a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleScission {
    /// The other person.
    pub nouveau: NouveauPatient,
    /// Declarations that were theirs.
    pub declarations: Vec<DeclarationId>,
    /// Feuilles that were theirs.
    pub feuilles: Vec<FeuilleId>,
    /// Why.
    pub motif: MotifRectification,
}

impl Services {
    /// Makes two records of one: the chosen declarations and feuilles go to a new person. The
    /// timelines of both follow; evaluations already made stay as they are, told by an event each.
    pub async fn split_patient(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (PatientId, i32),
        scission: &NouvelleScission,
        rendre: impl Fn(&DossierPatient, &DossierPatient) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let begun = self.begin_act(contexte, demande, "patient.split", vue).await?;
        let mut operation = match begun {
            Debut::Faire(operation) => operation,
            Debut::Deja(memoire) => return Ok(memoire),
        };
        let other = self.new_record(&mut operation, &scission.nouveau).await?;
        self.move_declarations(&mut operation, other.id, &scission.declarations).await?;
        self.move_feuilles(&mut operation, contexte, other.id, &scission.feuilles).await?;
        let motif = Some(scission.motif);
        self.write_act(&mut operation, ActePatient::Scission, motif).await?;
        self.follow_life(&mut operation, contexte).await?;
        let (patient, instant) = (operation.patient, operation.instant);
        self.replay(&mut operation.tx, &Ecriture::par(contexte, other.id, instant)).await?;
        let donnees = json!({
            "origine_id": patient,
            "nouveau_id": other.id,
            "declarations": scission.declarations.len(),
            "feuilles": scission.feuilles.len(),
        });
        for person in [patient, other.id] {
            let nature = "patient.scinde";
            let event = self.life_event(contexte, person, nature, instant, None, donnees.clone());
            evenements::insert(&mut operation.tx, &event).await?;
        }
        let acteur = &contexte.acteur;
        let tx = &mut operation.tx;
        let origin = self.dossier(tx, acteur, &Vue::Entiere, patient).await?;
        let new = self.dossier(tx, acteur, &Vue::Entiere, other.id).await?;
        let rendu = rendre(&origin, &new)?;
        let memoire = self.keep(operation.tx, contexte, demande, rendu).await?;
        self.trace(contexte, patient, "patient.scinder").await?;
        self.trace(contexte, other.id, "patient.scinder").await?;
        Ok(memoire)
    }

    async fn new_record(
        &self,
        operation: &mut Operation,
        nouveau: &NouveauPatient,
    ) -> Result<Patient, ServiceError> {
        if !operation.caisse.gere(&nouveau.organisme) {
            let message = "un organisme de la caisse qui appelle";
            return Err(ServiceError::champ("/patient/organisme", "hors_perimetre", message));
        }
        self.verify_dates(nouveau).map_err(|error| below("/patient", error))?;
        let coffre = self.db.coffre();
        patients::lock_number(&mut operation.tx, coffre, &nouveau.identifiant).await?;
        let known =
            patients::find_individuel(&mut operation.tx, coffre, &nouveau.identifiant).await?;
        if let Some(existing) = known {
            let caisse = Acteur::Caisse(operation.caisse);
            return Err(self.already_registered(&mut operation.tx, &caisse, existing).await);
        }
        let patient = self.new_patient(nouveau, operation.instant);
        self.insert_patient(&mut operation.tx, &patient).await?;
        Ok(patient)
    }

    async fn move_declarations(
        &self,
        operation: &mut Operation,
        to: PatientId,
        declarations: &[DeclarationId],
    ) -> Result<(), ServiceError> {
        let (from, instant) = (operation.patient, operation.instant);
        let disputed = conflits::ecarts(&mut operation.tx, from).await?;
        for (index, id) in declarations.iter().enumerate() {
            let pointer = format!("/declarations/{index}");
            if disputed.iter().any(|ecart| ecart.declaration_id == *id) {
                let message = "une déclaration qu'aucune fusion n'a mise en conflit";
                return Err(ServiceError::champ(pointer, "en_conflit", message));
            }
            let tx = &mut operation.tx;
            let moved = mouvements::move_declaration(tx, *id, (from, to), None, instant).await?;
            if moved.is_none() {
                let message = "une déclaration de ce dossier, une seule fois";
                return Err(ServiceError::champ(pointer, "declaration_inconnue", message));
            }
        }
        Ok(())
    }

    async fn move_feuilles(
        &self,
        operation: &mut Operation,
        contexte: &Contexte,
        to: PatientId,
        feuilles: &[FeuilleId],
    ) -> Result<(), ServiceError> {
        let (from, instant) = (operation.patient, operation.instant);
        for (index, id) in feuilles.iter().enumerate() {
            let tx = &mut operation.tx;
            let unknown = || {
                let message = "une feuille de ce dossier, une seule fois";
                let pointer = format!("/feuilles/{index}");
                ServiceError::champ(pointer, "feuille_inconnue", message)
            };
            let recue = feuilles_de_soins::get(tx, *id).await?.ok_or_else(unknown)?;
            let owner = fusions::owner_of_feuille(tx, *id, recue.feuille.patient_id).await?;
            if owner != from {
                return Err(unknown());
            }
            move_participations(tx, &recue, to).await?;
            fusions::attribute_feuille(tx, *id, from, to, instant).await?;
            let donnees = json!({ "origine_id": from });
            let day = recue.feuille.feuille.soins.date_soins();
            let nature = "feuille.reattribuee";
            let mut event = self.life_event(contexte, to, nature, instant, day, donnees);
            event.feuille_id = Some(*id);
            evenements::insert(&mut operation.tx, &event).await?;
        }
        Ok(())
    }
}

/// What a feuille keeps of the participations counts for the person whose it is.
async fn move_participations(
    tx: &mut Tx,
    recue: &FeuilleRecue,
    to: PatientId,
) -> Result<(), ServiceError> {
    let (id, feuille) = (recue.feuille.id, &recue.feuille.feuille);
    let holder = fusions::holder_of_feuille(tx, id, recue.feuille.patient_id).await?;
    let last = evaluations::later(tx, &[id]).await?.pop();
    let current = last.as_ref().unwrap_or(&recue.evaluation);
    let kept = retenues(feuille, &current.evaluation);
    for one in &kept {
        participations::remove(tx, holder, one).await?;
    }
    let moved: Vec<_> = kept.into_iter().map(|one| (to, one)).collect();
    Ok(participations::add_all(tx, &moved).await?)
}

/// The same refusal, of fields that are members of another.
fn below(pointeur: &str, error: ServiceError) -> ServiceError {
    let ServiceError::Invalide(mut wrong) = error else { return error };
    for champ in &mut wrong {
        champ.pointeur.insert_str(0, pointeur);
    }
    ServiceError::Invalide(wrong)
}
