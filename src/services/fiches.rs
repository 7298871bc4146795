//! What the register says of a doctor: changed from a day on, the former having been right, or corrected because it was wrong.
//! The feuilles that he performed on the days touched are to be looked at again.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::exercices::{lieu, rapports};
use super::medecins::MedecinLu;
use super::{Core, Demande, Done, Render, ServiceError, latest_knowledge};
use crate::domain::calendar::{Periode, lendemain};
use crate::domain::evenement::{Fact, NatureEvenement};
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::{NumeroFacturation, Rpps};
use crate::domain::ids::{FaitId, MedecinId, PatientId, TacheId};
use crate::domain::medecin::{
    CorrectionExercice, CorrectionMedecin, Exercice, Lieu, LieuExistantOuNouveau, Medecin,
    ModeExercice, NatureCorrection, NomMedecin, NouvelExercice,
};
use crate::domain::vie::histoire::{Pose, poser, terminer};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::medecins::{accueil, changements};
use crate::storage::patients::fusions;
use crate::storage::taches::Tache;
use crate::storage::{Tx, facturation, feuilles_de_soins, medecins, taches};

/// The job that tells whose feuilles are touched.
pub const SIGNALER: &str = "signaler_fiche";

/// Persons read at once.
const PAGE: i64 = 256;

/// What is to be written.
#[derive(Debug, Default)]
struct Ecriture {
    noms_pris: Vec<FaitId>,
    noms: Vec<(NomMedecin, Periode)>,
    lieu: Option<Lieu>,
    exercices_pris: Vec<FaitId>,
    exercices: Vec<(Exercice, Periode)>,
    /// Days of care on which the doctor is another.
    jours: Vec<Periode>,
}

/// Changes or corrects what the register says of a doctor.
pub async fn correct(
    core: &Core,
    demande: &Demande,
    rpps: &Rpps,
    correction: &CorrectionMedecin,
    rendre: impl Render<MedecinLu>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let conn = opening.conn();
    let locked = changements::lock(conn, rpps, core.now()).await?;
    let doctor = locked.ok_or(ServiceError::Introuvable)?;
    let found = medecins::find(conn, rpps, latest_knowledge()).await?;
    let medecin = found.ok_or(ServiceError::Introuvable)?;
    if correction.jour > core.today() {
        let message = "un jour passé ou présent";
        return Err(ServiceError::champ("/jour", "date_future", message).into());
    }
    let ecriture = prepare(core, conn, &medecin, correction).await?;
    let places = medecin.exercices_le(correction.jour).map(|exercice| &exercice.lieu);
    let places = places.chain(ecriture.exercices.iter().map(|(exercice, _)| &exercice.lieu));
    let contexte = &demande.contexte;
    let own = rapports(contexte.acteur(), places);
    contexte.demarche.juger(&own).map_err(ServiceError::from)?;
    write(core, conn, &medecin, &ecriture, doctor.instant).await?;
    changements::touch(conn, doctor.id, doctor.instant).await?;
    for effet in &ecriture.jours {
        let task = TacheId::from_uuid(core.ids().uuid());
        let charge =
            json!({ "rpps": rpps, "medecin_id": doctor.id, "du": effet.du(), "au": effet.au() });
        taches::enqueue(conn, task, SIGNALER, None, &charge, core.now(), doctor.instant).await?;
    }
    let donnees = json!({ "nature": correction.nature.mot() });
    let fact = Fact::of(NatureEvenement::MedecinFicheCorrigee).doctor(doctor.id);
    opening.tell(fact.effective(correction.jour).with(donnees), doctor.instant);
    let now = medecins::find(opening.conn(), rpps, latest_knowledge()).await?;
    let now = now.ok_or(ServiceError::Introuvable)?;
    let said = accueil::list(opening.conn(), now.id, latest_knowledge()).await?;
    Ok(opening.close(rendre(&(now, said))?).await?)
}

/// What changes, once it is found to agree with what is known.
async fn prepare(
    core: &Core,
    tx: &mut Tx,
    medecin: &Medecin,
    correction: &CorrectionMedecin,
) -> Result<Ecriture, ServiceError> {
    let mut all = Ecriture::default();
    if correction.nom.is_some() || correction.prenom.is_some() {
        rename(&mut all, medecin, correction)?;
    }
    if let Some(wanted) = &correction.exercice {
        let (known, fait) = practice(medecin, wanted, correction.jour)?;
        let right = wanted.de(&fait.valeur);
        if wanted.principal == Some(true) {
            demote(&mut all, medecin, fait, correction.jour);
        }
        let pose = match correction.nature {
            NatureCorrection::Changement if wanted.termine => terminer(&known, correction.jour),
            NatureCorrection::Changement => poser(&known, right.clone(), correction.jour),
            NatureCorrection::Rectification => (right != fait.valeur).then(|| Pose {
                remplaces: vec![fait.id],
                ouverts: vec![(right.clone(), fait.effet)],
            }),
        };
        let pose = pose.ok_or_else(|| unchanged("/exercice"))?;
        let touched = match correction.nature {
            NatureCorrection::Changement => Periode::new(correction.jour, fait.effet.au()),
            NatureCorrection::Rectification => Ok(fait.effet),
        };
        all.jours.extend(touched.ok());
        verify_number(tx, medecin.id, &pose.ouverts, "/exercice/numero_facturation").await?;
        all.exercices_pris.extend(pose.remplaces);
        all.exercices.extend(pose.ouverts);
    }
    if let Some(nouvel) = &correction.nouvel_exercice {
        open(core, tx, medecin, nouvel, &mut all).await?;
    }
    if all.noms.is_empty() && all.exercices.is_empty() && all.exercices_pris.is_empty() {
        let message = "au moins un nom, un exercice ou un nouvel exercice";
        return Err(ServiceError::champ("/exercice", "champ_requis", message));
    }
    Ok(all)
}

fn unchanged(pointeur: &str) -> ServiceError {
    ServiceError::champ(pointeur, "sans_changement", "une valeur différente de celle de ce jour")
}

fn rename(
    all: &mut Ecriture,
    medecin: &Medecin,
    correction: &CorrectionMedecin,
) -> Result<(), ServiceError> {
    let jour = correction.jour;
    let first = medecin.noms.first();
    let known = medecin.noms.iter().find(|fait| fait.effet.contient(jour)).or(first);
    let known = known.ok_or(ServiceError::Introuvable)?;
    let right = NomMedecin {
        nom: correction.nom.clone().unwrap_or_else(|| known.valeur.nom.clone()),
        prenom: correction.prenom.clone().unwrap_or_else(|| known.valeur.prenom.clone()),
    };
    let pose = match correction.nature {
        NatureCorrection::Changement => poser(&medecin.noms, right, jour),
        NatureCorrection::Rectification => (right != known.valeur)
            .then(|| Pose { remplaces: vec![known.id], ouverts: vec![(right, known.effet)] }),
    };
    let pose = pose.ok_or_else(|| unchanged("/nom"))?;
    all.noms_pris.extend(pose.remplaces);
    all.noms.extend(pose.ouverts);
    Ok(())
}

/// The practice that is meant, among those of its place.
fn practice<'a>(
    medecin: &'a Medecin,
    wanted: &CorrectionExercice,
    jour: NaiveDate,
) -> Result<(Vec<FaitDate<Exercice>>, &'a FaitDate<Exercice>), ServiceError> {
    let there = |fait: &&FaitDate<Exercice>| fait.valeur.lieu.id == wanted.lieu_id;
    let known: Vec<FaitDate<Exercice>> = medecin.exercices.iter().filter(there).cloned().collect();
    let mut present = medecin.exercices.iter().filter(there);
    let fait = present.find(|fait| fait.effet.contient(jour)).ok_or_else(|| {
        let message = "un lieu où le médecin exerce ce jour";
        ServiceError::champ("/exercice/lieu_id", "lieu_sans_exercice", message)
    })?;
    let leaves = wanted.termine || wanted.principal == Some(false);
    if fait.valeur.principal && leaves {
        let message = "un autre exercice que le principal : celui qui le devient le remplace";
        return Err(ServiceError::champ("/exercice", "principal_unique", message));
    }
    Ok((known, fait))
}

/// Another practice becomes the principal one: those that were are no more, from the day on.
fn demote(all: &mut Ecriture, medecin: &Medecin, taken: &FaitDate<Exercice>, jour: NaiveDate) {
    let others = medecin
        .exercices
        .iter()
        .filter(|fait| fait.id != taken.id && fait.valeur.principal && fait.effet.contient(jour));
    for fait in others {
        let secondary = Exercice { principal: false, ..fait.valeur.clone() };
        all.exercices_pris.push(fait.id);
        let before = fait.effet.jusqu_au(jour).map(|before| (fait.valeur.clone(), before));
        all.exercices.extend(before);
        let after = Periode::new(jour, fait.effet.au()).ok().map(|after| (secondary, after));
        all.exercices.extend(after);
    }
}

/// A second practice begins.
async fn open(
    core: &Core,
    tx: &mut Tx,
    medecin: &Medecin,
    nouvel: &NouvelExercice,
    all: &mut Ecriture,
) -> Result<(), ServiceError> {
    let effet = Periode::depuis(nouvel.du);
    if nouvel.principal && medecin.exercices_le(nouvel.du).any(|exercice| exercice.principal) {
        let message = "un exercice secondaire : le médecin en a un principal ce jour";
        return Err(ServiceError::champ("/nouvel_exercice/principal", "principal_unique", message));
    }
    let place = lieu(core, tx, &nouvel.lieu, "/nouvel_exercice/lieu/id").await?;
    let there =
        |fait: &FaitDate<Exercice>| fait.valeur.lieu.id == place.id && fait.effet.chevauche(&effet);
    if medecin.exercices.iter().any(there) {
        let message = "un lieu où le médecin n'exerce pas encore";
        return Err(ServiceError::champ("/nouvel_exercice/lieu", "valeur_en_double", message));
    }
    let new = matches!(nouvel.lieu, LieuExistantOuNouveau::Nouveau(_));
    all.lieu = new.then(|| place.clone());
    let opened = [(nouvel.en(place), effet)];
    verify_number(tx, medecin.id, &opened, "/nouvel_exercice/numero_facturation").await?;
    all.exercices.extend(opened);
    all.jours.push(effet);
    Ok(())
}

/// A number of a professional is one person's.
async fn verify_number(
    tx: &mut Tx,
    medecin: MedecinId,
    opened: &[(Exercice, Periode)],
    pointeur: &str,
) -> Result<(), ServiceError> {
    for (exercice, effet) in opened {
        let Some(NumeroFacturation::NumAm(numero)) = exercice.facturation else { continue };
        if exercice.mode == ModeExercice::Remplacant {
            continue;
        }
        facturation::lock(tx, &numero).await?;
        if facturation::is_taken(tx, &numero, *effet, medecin).await? {
            let message = "un numéro sous lequel aucun autre médecin ne facture";
            return Err(ServiceError::champ(pointeur, "numero_pris", message));
        }
    }
    Ok(())
}

async fn write(
    core: &Core,
    tx: &mut Tx,
    medecin: &Medecin,
    ecriture: &Ecriture,
    instant: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let id = medecin.id;
    if let Some(lieu) = &ecriture.lieu {
        medecins::insert_lieu(tx, lieu, instant).await?;
    }
    for fait in &ecriture.noms_pris {
        changements::replace_nom(tx, id, *fait, instant).await?;
    }
    for (nom, effet) in &ecriture.noms {
        medecins::insert_nom(tx, id, &core.fait(nom.clone(), *effet, instant)).await?;
    }
    for fait in &ecriture.exercices_pris {
        changements::replace_exercice(tx, id, *fait, instant).await?;
    }
    for (exercice, effet) in &ecriture.exercices {
        let fait = core.fait(exercice.clone(), *effet, instant);
        medecins::insert_exercice(tx, id, &fait).await?;
    }
    Ok(())
}

/// Tells, person by person, the days on which a doctor whose file changed performed feuilles. Told twice, it says the same.
pub async fn tell_touched(core: &Core, task: &Tache) -> Result<(), ServiceError> {
    let Some((medecin, rpps, jours)) = of_task(&task.charge) else { return Ok(()) };
    let mut after = None;
    loop {
        let mut conn = core.public("fiche.page").await?;
        let page = feuilles_de_soins::performed_by(&mut conn, &rpps, jours, (after, PAGE)).await?;
        drop(conn);
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = Some(*last);
        for (patient, days) in page {
            tell_one(core, patient, medecin, &days).await?;
        }
        if !core.still_ours(task).await? {
            return Ok(());
        }
    }
}

async fn tell_one(
    core: &Core,
    patient: PatientId,
    medecin: MedecinId,
    days: &[NaiveDate],
) -> Result<(), ServiceError> {
    let mut job = core.job("fiche.tell").await?;
    let patient = fusions::merged_into(job.conn(), patient).await?.unwrap_or(patient);
    let Some(mut writing) = job.on(patient).await? else { return Ok(()) };
    for day in days {
        let fact = Fact::of(NatureEvenement::MedecinFicheCorrigee).doctor(medecin);
        let donnees = json!({ "effet_au": lendemain(*day) });
        writing.tell(fact.effective(*day).with(donnees));
    }
    job.close().await
}

/// The doctor and the days that a job carries.
fn of_task(charge: &Value) -> Option<(MedecinId, Rpps, (NaiveDate, Option<NaiveDate>))> {
    let text = |name: &str| charge.get(name).and_then(Value::as_str);
    let rpps = Rpps::parse(text("rpps")?).ok()?;
    let au = text("au").and_then(|day| day.parse().ok());
    Some((text("medecin_id")?.parse().ok()?, rpps, (text("du")?.parse().ok()?, au)))
}
