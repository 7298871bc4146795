//! What every act of a caisse about a person has in common: which version was read, what is written
//! beside the fact itself, and the person as a caller sees them.

use chrono::{DateTime, NaiveDate, Utc};

use super::mutations::relation;
use crate::domain::droits::{Demarche, Droit, Etendue, Rapports, Relation, Vue};
use crate::domain::fait_date::FaitDate;
use crate::domain::ids::PatientId;
use crate::domain::vie::sommeil::{MotifSommeil, sommeil_le as asleep};
use crate::domain::vie::{
    ActePatient, ActionPatient, ApresDeces, DossierPatient, MotifRectification,
};
use crate::services::core::Act;
use crate::services::{
    Core, Demande, Done, Exit, Render, ServiceError, VersionsVues, latest_knowledge, son_temps,
};
use crate::storage::patients::{self, actes, faits, limitations};
use crate::storage::{Connection, declarations, feuilles_de_soins};

/// Opens an act on a person, if the caller saw this version.
pub(super) async fn open<'a>(
    core: &'a Core,
    demande: &'a Demande,
    (patient, version): (PatientId, VersionsVues),
) -> Result<Act<'a>, Exit> {
    let mut act = core.open(demande).await?.on(patient, &[]).await?;
    let actuelle = actes::version(act.conn(), patient).await?;
    version.verify(actuelle)?;
    Ok(act)
}

/// Records what was done about a person, and their next version.
pub(super) async fn record(
    act: &mut Act<'_>,
    patient: PatientId,
    acte: ActePatient,
    motif: Option<MotifRectification>,
) -> Result<(), ServiceError> {
    let (instant, caisse) = (act.instant, act.contexte().acteur().identite());
    actes::insert(act.conn(), patient, acte, motif, &caisse, instant).await?;
    Ok(())
}

/// Ends an act whose answer is the person, as the caller sees them now.
pub(super) async fn finish(mut act: Act<'_>, rendre: impl Render<DossierPatient>) -> Done {
    let (core, patient) = (act.core(), act.patient);
    let acteur = *act.contexte().acteur();
    let rapports = core.rapports(act.conn(), &acteur, patient, &[]).await?;
    // A caisse that hands the person over still reads what it just wrote.
    let droit = Demarche::LirePatient.juger(&rapports).unwrap_or_else(|_no| act.droit.clone());
    let dossier = dossier(core, act.conn(), patient, (&rapports, &droit)).await?;
    Ok(act.close(rendre(&dossier)?).await?)
}

/// Why the designation of a person sleeps on a day, as known at an instant.
pub(in crate::services) async fn sommeil_le(
    conn: &mut Connection,
    patient: PatientId,
    jour: NaiveDate,
    connu_le: Option<DateTime<Utc>>,
) -> Result<Option<MotifSommeil>, ServiceError> {
    let connu_le = connu_le.unwrap_or_else(latest_knowledge);
    let affiliations = patients::affiliations(conn, patient, connu_le).await?;
    let statuts = faits::statuts(conn, patient, connu_le).await?;
    Ok(asleep(&affiliations, &statuts, jour))
}

/// A person with everything known beside the choices, as far as the caller may see.
pub(super) async fn dossier(
    core: &Core,
    conn: &mut Connection,
    id: PatientId,
    droits: (&Rapports, &Droit),
) -> Result<DossierPatient, ServiceError> {
    dossier_connu(core, conn, id, droits, None).await
}

/// The same, as it was known at an instant: what may be done, and what a death touches, are of now.
pub(super) async fn dossier_connu(
    core: &Core,
    conn: &mut Connection,
    id: PatientId,
    (rapports, droit): (&Rapports, &Droit),
    connu_le: Option<DateTime<Utc>>,
) -> Result<DossierPatient, ServiceError> {
    let (coffre, vue) = (core.coffre(), &droit.vue);
    let known = connu_le.unwrap_or_else(latest_knowledge);
    let found = patients::get(conn, coffre, id, known).await?;
    let mut patient = found.ok_or(ServiceError::Introuvable)?;
    patient.identites = seen(vue, patient.identites);
    patient.identifiants = seen(vue, patient.identifiants);
    patient.affiliations = seen(vue, patient.affiliations);
    if let Some(left) = son_temps::depart(&rapports.acteur, vue) {
        patient.connu_le = patient.connu_le.min(left);
    }
    let mut dossier = DossierPatient::nouveau(patient);
    dossier.version = actes::version(conn, id).await?;
    let deces = faits::deces_connu(conn, id, known).await?;
    dossier.deces = deces.filter(|fait| vue.contient(fait.effet.du()));
    // A doctor needs neither the address nor what the person's coverage says.
    if droit.etendue != Etendue::Identite {
        dossier.adresses = seen(vue, faits::adresses_connues(conn, coffre, id, known).await?);
        dossier.statuts = seen(vue, faits::statuts(conn, id, known).await?);
    }
    dossier.limitation = limitations::current(conn, id).await?;
    dossier.actions = actions(rapports, &dossier);
    if rapports.est(Relation::CaisseActuelle) {
        if let Some(jour) = dossier.jour_deces() {
            dossier.apres_deces = ApresDeces {
                declarations: declarations::signed_after(conn, id, jour).await?,
                feuilles: feuilles_de_soins::count_after(conn, id, jour).await?,
            };
        }
        dossier.sexe_autre_que_numero = dossier.patient.sexe_contredit_le(core.today());
        dossier.numero_dispute_depuis = patients::disputed_since(conn, id).await?;
    }
    if !relation(core, conn, id, &rapports.acteur).await?.is_empty() {
        dossier.actions.push(ActionPatient::AnnulerOrganisme);
    }
    Ok(dossier)
}

/// What the caller may do about a person.
pub(super) fn actions(rapports: &Rapports, dossier: &DossierPatient) -> Vec<ActionPatient> {
    if !Demarche::ChangerOrganisme.est_permise(rapports) {
        return Vec::new();
    }
    let limite = dossier.limitation.is_some();
    let mut all = ActionPatient::possibles(dossier.deces.is_some());
    if limite {
        all.retain(|one| !matches!(one, ActionPatient::Fusionner | ActionPatient::Scinder));
    }
    let own =
        if limite { ActionPatient::LeverLimitation } else { ActionPatient::LimiterTraitement };
    all.push(own);
    all
}

/// The facts of visible days, without the ends that came later.
pub(in crate::services) fn seen<T>(vue: &Vue, all: Vec<FaitDate<T>>) -> Vec<FaitDate<T>> {
    all.into_iter()
        .filter_map(|fait| {
            let effet = vue.montre(&fait.effet)?;
            Some(FaitDate { effet, ..fait })
        })
        .collect()
}
