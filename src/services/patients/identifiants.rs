//! Another number: NIA then NIR, a dependant insured in their own right, or a number that was wrong.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::json;

use super::dossier::{finish, open, record};
use super::identites::complete_sexe;
use super::organismes::{unchanged, verify_day_of_life};
use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::droits::Demarche;
use crate::domain::evenement::NatureEvenement;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::IdentifiantPersonne;
use crate::domain::ids::PatientId;
use crate::domain::patient::{IdentifiantPatient, Identite, UsageIdentifiant};
use crate::domain::vie::histoire::{Pose, poser, terminer};
use crate::domain::vie::{ActePatient, DossierPatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::affiliations::organisme_le;
use crate::services::core::{Act, Fact};
use crate::services::{Core, Demande, Done, Render, ServiceError, VersionsVues, latest_knowledge};
use crate::storage::Connection;
use crate::storage::patients::{self, faits};

/// Another number from a day, the former one having been right until then: both still designate
/// the person. Without a number, that of the insured parent ends.
pub async fn change_identifiant(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (usage, numero, du): (UsageIdentifiant, Option<IdentifiantPersonne>, NaiveDate),
    rendre: impl Render<DossierPatient>,
) -> Done {
    if numero.is_none() && usage == UsageIdentifiant::Individuel {
        let message = "le nouveau numéro : une personne a toujours le sien";
        return Err(ServiceError::champ("/identifiant", "champ_requis", message).into());
    }
    let mut act = open(core, demande, seen).await?;
    verify_day_of_life(&mut act, du, "/effet_du").await?;
    let known = numbers(&mut act, usage).await?;
    let former = known.iter().rfind(|fait| fait.effet.du() <= du).map(kind);
    let pose = match numero {
        Some(numero) => {
            claim(&mut act, usage, &numero).await?;
            poser(&known, IdentifiantPatient { usage, numero }, du)
        }
        None => terminer(&known, du),
    };
    let pose = pose.ok_or_else(|| unchanged("/identifiant"))?;
    write_numbers(&mut act, pose).await?;
    if let (Some(numero), UsageIdentifiant::Individuel) = (&numero, usage) {
        complete_sexe(&mut act, numero).await?;
    }
    let patient = act.patient;
    record(&mut act, patient, ActePatient::Identifiant, None).await?;
    let donnees = json!({
        "raison": "changement",
        "usage": usage.mot(),
        "type_precedent": former,
        "type": numero.map(|numero| numero.kind()),
    });
    act.tell(Fact::of(NatureEvenement::PatientIdentifiantRemplace).effective(du).with(donnees));
    finish(act, rendre).await
}

/// A number that never was the person's is corrected, with the reason: a version replaces the
/// one that was wrong, for the same days. The wrong number designates the person no longer,
/// except to who asks as known before.
pub async fn correct_identifiant(
    core: &Core,
    demande: &Demande,
    seen: (PatientId, VersionsVues),
    (usage, numero, jour): (UsageIdentifiant, IdentifiantPersonne, NaiveDate),
    motif: MotifRectification,
    rendre: impl Render<DossierPatient>,
) -> Done {
    let mut act = open(core, demande, seen).await?;
    let known = numbers(&mut act, usage).await?;
    let wrong = known.iter().find(|fait| fait.effet.contient(jour)).ok_or_else(|| {
        let message = "un jour où le patient a un numéro de cet usage";
        ServiceError::champ("/jour", "aucun_numero", message)
    })?;
    let right = IdentifiantPatient { usage, numero };
    if wrong.valeur == right {
        return Err(unchanged("/identifiant").into());
    }
    claim(&mut act, usage, &numero).await?;
    let pose = Pose { remplaces: vec![wrong.id], ouverts: vec![(right, wrong.effet)] };
    let (former, du) = (kind(wrong), wrong.effet.du());
    write_numbers(&mut act, pose).await?;
    if usage == UsageIdentifiant::Individuel {
        complete_sexe(&mut act, &numero).await?;
    }
    let patient = act.patient;
    record(&mut act, patient, ActePatient::RectificationIdentifiant, Some(motif)).await?;
    let donnees = json!({
        "raison": "rectification",
        "motif": motif.mot(),
        "usage": usage.mot(),
        "type_precedent": former,
        "type": numero.kind(),
    });
    act.tell(Fact::of(NatureEvenement::PatientIdentifiantRemplace).effective(du).with(donnees));
    finish(act, rendre).await
}

async fn numbers(
    act: &mut Act<'_>,
    usage: UsageIdentifiant,
) -> Result<Vec<FaitDate<IdentifiantPatient>>, ServiceError> {
    let (coffre, known, patient) = (act.core().coffre(), latest_knowledge(), act.patient);
    let patient = patients::get(act.conn(), coffre, patient, known).await?;
    let mut numbers = patient.ok_or(ServiceError::Introuvable)?.identifiants;
    numbers.retain(|fait| fait.valeur.usage == usage);
    Ok(numbers)
}

/// Takes a number for the person of an act. An insured parent's number is shared, by cards that differ.
async fn claim(
    act: &mut Act<'_>,
    usage: UsageIdentifiant,
    numero: &IdentifiantPersonne,
) -> Result<(), ServiceError> {
    let (core, own) = (act.core(), Some(act.patient));
    let (coffre, patient, known) = (core.coffre(), act.patient, latest_knowledge());
    let births = patients::identites(act.conn(), coffre, patient, known).await?;
    let numbers = [(usage, *numero)];
    let acteur = *act.contexte().acteur();
    let opening = act.opening();
    patients::lock_numbers(opening.conn(), coffre, [numero]).await?;
    let mut disputed = BTreeSet::new();
    for birth in &births {
        let card = Carte { identite: &birth.valeur, numeros: &numbers, rang: "/identifiant" };
        disputed.extend(card.verify(core, opening.conn(), (&acteur, own)).await?);
    }
    tell_disputed(act, disputed).await
}

/// What a person is designated by: their numbers, each with their birth date and rank.
pub(in crate::services) struct Carte<'a> {
    pub(in crate::services) identite: &'a Identite,
    pub(in crate::services) numeros: &'a [(UsageIdentifiant, IdentifiantPersonne)],
    /// The field by which it differs from that of another dependant.
    pub(in crate::services) rang: &'static str,
}

impl Carte<'_> {
    /// Refuses a number that is the own one of somebody else whom the caller may see, and a card that already designates such
    /// a person. Of anybody else nothing is said, not even that there is somebody: the number is written here too, and
    /// goes on designating who had it first, whose caisse is to be told (see decision 0022). Gives them. The
    /// numbers are locked.
    pub(in crate::services) async fn verify(
        &self,
        core: &Core,
        conn: &mut Connection,
        (acteur, own): (&Acteur, Option<PatientId>),
    ) -> Result<BTreeSet<PatientId>, ServiceError> {
        let coffre = core.coffre();
        let mut disputed = BTreeSet::new();
        for (usage, numero) in self.numeros {
            let mut taken: Vec<(PatientId, ServiceError)> = Vec::new();
            if *usage == UsageIdentifiant::Individuel {
                let holders = patients::holders(conn, coffre, numero).await?;
                let same = holders.iter().filter(|one| one.usage == *usage);
                let refusal = |id| (id, ServiceError::PatientExistant(id));
                taken.extend(same.map(|one| refusal(one.patient_id)));
            }
            let cle = self.identite.cle(*numero);
            let dependants = patients::find_everybody(conn, coffre, &cle).await?;
            taken.extend(dependants.into_iter().map(|id| (id, self.refusal(id))));
            for (id, refusal) in taken {
                if Some(id) == own {
                    continue;
                }
                let rapports = core.rapports(conn, acteur, id, &[]).await;
                let judged = rapports.and_then(|found| Ok(Demarche::LirePatient.juger(&found)?));
                match judged {
                    Ok(_) => return Err(refusal),
                    Err(ServiceError::Introuvable) => disputed.insert(id),
                    Err(error) => return Err(error),
                };
            }
        }
        Ok(disputed)
    }

    /// Two dependants of one insured person, born the same day, differ by their rank only.
    fn refusal(&self, id: PatientId) -> ServiceError {
        let rang = self.identite.rang.get();
        let message = format!(
            "un autre rang que {rang} : le patient {id}, né le même jour et désigné par le même numéro, l'a déjà"
        );
        ServiceError::champ(self.rang, "rang_pris", message)
    }
}

/// Tells the caisses of persons that what designates them was written for somebody else too.
pub(super) async fn tell_disputed(
    act: &mut Act<'_>,
    disputed: BTreeSet<PatientId>,
) -> Result<(), ServiceError> {
    let core = act.core();
    for first in disputed {
        let fact = disputed_fact(core, act.conn(), first).await?;
        act.writing_of(first).tell(fact);
    }
    Ok(())
}

/// What is told of a person whose number, or card, is now that of somebody else too.
pub(in crate::services) async fn disputed_fact(
    core: &Core,
    conn: &mut Connection,
    first: PatientId,
) -> Result<Fact, ServiceError> {
    let known = patients::affiliations(conn, first, latest_knowledge()).await?;
    let caisse = organisme_le(&known, core.today()).map(|organisme| Caisse::of(organisme).code());
    Ok(Fact::of(NatureEvenement::PatientNumeroDispute).with(json!({ "destinataire": caisse })))
}

/// The person whose whole identity this is: their number, that of the insured person if it is given, birth
/// date, rank and names.
pub(in crate::services) async fn whose(
    core: &Core,
    conn: &mut Connection,
    (numero, ouvrant_droit): (&IdentifiantPersonne, Option<IdentifiantPersonne>),
    identite: &Identite,
) -> Result<Option<PatientId>, ServiceError> {
    let coffre = core.coffre();
    let mut all = patients::holders(conn, coffre, numero).await?;
    if let Some(numero) = ouvrant_droit {
        let dependants = patients::holders(conn, coffre, &numero).await?;
        all.retain(|one| dependants.iter().any(|other| other.patient_id == one.patient_id));
    }
    for id in all.into_iter().map(|one| one.patient_id) {
        let known = patients::identites(conn, coffre, id, latest_knowledge()).await?;
        if known.iter().any(|fait| fait.valeur.est_celle_de(identite)) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

async fn write_numbers(
    act: &mut Act<'_>,
    pose: Pose<IdentifiantPatient>,
) -> Result<(), ServiceError> {
    let (core, patient, instant) = (act.core(), act.patient, act.instant);
    for fait in pose.remplaces {
        faits::replace(act.conn(), faits::Genre::Identifiant, patient, fait, instant).await?;
    }
    for (valeur, effet) in pose.ouverts {
        let fait = core.fait(valeur, effet, instant);
        patients::insert_identifiant(act.conn(), core.coffre(), patient, &fait).await?;
    }
    Ok(())
}

fn kind(fait: &FaitDate<IdentifiantPatient>) -> &'static str {
    fait.valeur.numero.kind()
}
