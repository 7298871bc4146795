//! The declaration of choice: shown, created, signed, refused, cancelled, expired.

mod annulation;
mod caducite;
mod choisis;
mod contestation;
mod creation;
mod departs;
mod ecart;
mod effect;
mod foyer;
mod liens;
mod parties;
mod rectification;
pub mod retrait;
mod signature;
mod situation;
mod transitions;

pub use self::annulation::{AnnulationRetrait, take_back};
pub use self::caducite::settle;
pub use self::contestation::{contest, decide};
pub use self::creation::{create, preview};
pub use self::departs::{NouveauDepart, leave};
pub use self::foyer::{Foyer, Personne, Signataire, consult_family};
pub(super) use self::liens::{follow_link, tell_lost};
pub(super) use self::parties::{cote_de, ends_choice};
pub use self::rectification::{Rectification, Remplacement, rectify};
pub use self::transitions::{cancel, expire, refuse, sign};

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use self::annulation::annulables;
use self::parties::{cote_qui_attend, famille, may_end};
use self::situation::situation;
use super::{Contexte, Core, Seen, ServiceError, latest_knowledge, son_temps};
use crate::domain::acteur::Acteur;
use crate::domain::declaration::{
    Action, CotePatient, Declaration, Etat, MoyenSignature, NumeroDeclaration, PreuveRecue,
    RoleSignataire, SituationDeclaration,
};
use crate::domain::designation::Designation;
use crate::domain::digest::Empreinte;
use crate::domain::droits::{Demarche, Etendue, Rapports, Relation, Vue};
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DeclarationId, LieuId, MedecinId, PatientId, RepresentationId};
use crate::domain::patient::ClePatient;
use crate::domain::visite::Visite;
use crate::storage::fins::FinConnue;
use crate::storage::patients::particularites::Particularites;
use crate::storage::{Connection, declarations, designations, travaux};

/// A patient, as a request designates one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefPatient {
    /// By internal id.
    Id(PatientId),
    /// As the Vitale card does.
    Cle(ClePatient),
    /// As a consultation by a card did, for the time of a visit.
    Visite(Visite),
}

/// A doctor, as a request designates one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefMedecin {
    pub rpps: Rpps,
    /// Where; the principal practice when absent.
    pub lieu_id: Option<LieuId>,
}

/// A choice to declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauChoix {
    /// Who chooses.
    pub patient: RefPatient,
    pub medecins: Vec<RefMedecin>,
    /// Whether the doctors who are not in place join those who are.
    pub avenant: bool,
    /// The day whose content is meant: that of the last signature, or today, when absent.
    pub signe_le: Option<NaiveDate>,
    /// Signatures already taken.
    pub signatures: Vec<SignatureRecue>,
}

/// A signature handed over by a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureRecue {
    pub role: RoleSignataire,
    /// The doctor, for that quality; the only one of the declaration when absent.
    pub rpps: Option<Rpps>,
    /// The link of the holder or representative; the only one of that quality when absent.
    pub representation_id: Option<RepresentationId>,
    pub moyen: MoyenSignature,
    /// Level of identification.
    pub niveau: Option<String>,
    /// Instant, for a machine.
    pub signe_a: Option<DateTime<Utc>>,
    /// Day, for paper.
    pub signe_le: Option<NaiveDate>,
    /// Digest of the content signed.
    pub contenu_sha256: Empreinte,
    pub preuve: PreuveRecue,
}

/// A declaration and the designation that it opened, if any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dossier {
    pub declaration: Declaration,
    /// Its designation, as known now.
    pub designation: Option<Designation>,
    /// The designation of the same doctors that this declaration only confirms.
    pub confirmee: Option<Designation>,
    /// What it is worth today.
    pub situation: SituationDeclaration,
    /// What ended its lines, and the caller may take back, each with its doctor.
    pub annulables: Vec<(Rpps, FinConnue)>,
    /// The patient's side, while a signature is missing.
    pub cote: Option<CotePatient>,
    /// Whether the caller may know who the patient and their representatives are.
    pub nomme: bool,
    /// Whether the caller may end the choice for the patient.
    pub peut_rompre: bool,
    /// The declaration that rectifies this one.
    pub rectifiee_par: Option<DeclarationId>,
    /// What the caller may do now.
    pub actions: Vec<Action>,
}

impl Dossier {
    /// The dossier as a caller may see it: a doctor who left does not learn who came afterwards, nor any
    /// doctor what the patient says of a choice that is contested.
    fn vue_par(mut self, acteur: &Acteur) -> Self {
        if let Acteur::Medecin(rpps) = acteur {
            if self.declaration.contestation.is_some() {
                self.declaration.motif = None;
            }
            self.designation = self.designation.map(|known| known.vue_par(*rpps));
        }
        self
    }

    /// What the caller may do: to the declaration, and to the line that it opened or confirms.
    fn possible(&self, rapports: &Rapports) -> Vec<Action> {
        let shown = self.designation.as_ref().or(self.confirmee.as_ref());
        let leaves = shown.is_some_and(|known| known.se_quitte(&rapports.acteur, self.peut_rompre));
        let may = |action: Action| {
            let demarche = match action {
                Action::Signer => Demarche::SignerDeclaration,
                Action::Refuser => Demarche::RefuserDeclaration,
                Action::Annuler => Demarche::AnnulerDeclaration,
                Action::Rectifier => Demarche::RectifierDeclaration,
                Action::Contester => Demarche::ContesterDeclaration,
                Action::Trancher => Demarche::TrancherContestation,
                Action::Retirer if leaves => Demarche::RetirerMedecin,
                Action::AnnulerRetrait if !self.annulables.is_empty() => Demarche::AnnulerRetrait,
                Action::Retirer
                | Action::AnnulerRetrait
                | Action::Expirer
                | Action::Depasser
                | Action::RendreCaduque
                | Action::Reprendre => {
                    return false;
                }
            };
            demarche.est_permise(rapports)
        };
        self.declaration.actions(&rapports.acteur, self.cote.as_ref(), may)
    }
}

/// What both parties are to sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apercu {
    /// Canonical content.
    pub contenu: String,
    /// Its digest.
    pub contenu_sha256: Empreinte,
    /// Whether the caller may know who the patient and their representatives are.
    pub nomme: bool,
}

/// Reads a declaration. A doctor reads those that name him, whether the patient became his or not.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    id: DeclarationId,
) -> Result<Seen<Dossier>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let declaration = one(core, search.conn(), id).await?;
    let named = named(contexte.acteur(), &declaration);
    let search = search.dated(jour_de(&declaration));
    let mut access = search.on(declaration.patient_id, named).await?;
    let rapports = access.rapports.clone();
    let droit = access.droit.clone();
    let seen = (&rapports, &droit.vue, Particularites::INCONNUES);
    let dossier = dossier_vu(core, access.conn(), declaration, seen).await?;
    access.show(dossier.vue_par(contexte.acteur())).await
}

/// Reads the declaration of a public number, like any other.
pub async fn find(
    core: &Core,
    contexte: &Contexte,
    numero: &NumeroDeclaration,
) -> Result<Seen<Dossier>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let id = travaux::declaration_of_number(search.conn(), numero).await?;
    drop(search);
    get(core, contexte, id.ok_or(ServiceError::Introuvable)?).await
}

/// The declarations of a person, the last first. A doctor sees those that name him.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
) -> Result<Seen<Vec<Dossier>>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let acteur = contexte.acteur();
    let all = declarations::list(access.conn(), core.coffre(), patient).await?;
    let mut dossiers = Vec::new();
    for declaration in all {
        let named = named(acteur, &declaration);
        let shown = access.droit.etendue != Etendue::CeQuiLeNomme || !named.is_empty();
        if shown && access.droit.vue.contient(jour_de(&declaration)) {
            let rapports = named.iter().fold(access.rapports.clone(), |all, one| all.avec(*one));
            let vue = access.droit.vue.clone();
            let seen = (&rapports, &vue, Particularites::INCONNUES);
            let dossier = dossier_vu(core, access.conn(), declaration, seen).await?;
            dossiers.push(dossier.vue_par(acteur));
        }
    }
    access.show(dossiers).await
}

/// A declaration, wherever it is.
async fn one(
    core: &Core,
    conn: &mut Connection,
    id: DeclarationId,
) -> Result<Declaration, ServiceError> {
    let patient = declarations::patient_of(conn, id).await?.ok_or(ServiceError::Introuvable)?;
    let found = declarations::get(conn, core.coffre(), patient, id).await?;
    found.ok_or(ServiceError::Introuvable)
}

/// What a declaration makes of a caller.
fn named(acteur: &Acteur, declaration: &Declaration) -> &'static [Relation] {
    match acteur {
        Acteur::Medecin(rpps) if declaration.medecins.iter().any(|one| one.rpps == *rpps) => {
            &[Relation::Nomme]
        }
        Acteur::Medecin(_)
        | Acteur::Patient(_)
        | Acteur::Caisse(_)
        | Acteur::Referentiel
        | Acteur::Statistiques => &[],
    }
}

/// A declaration with the designation that it opened, extended or confirms, and what a caller may do.
async fn dossier_of(
    core: &Core,
    conn: &mut Connection,
    declaration: Declaration,
    (rapports, known): (&Rapports, Particularites),
) -> Result<Dossier, ServiceError> {
    dossier_vu(core, conn, declaration, (rapports, &Vue::Entiere, known)).await
}

/// The same, as far as the caller sees.
async fn dossier_vu(
    core: &Core,
    conn: &mut Connection,
    declaration: Declaration,
    (rapports, vue, known): (&Rapports, &Vue, Particularites),
) -> Result<Dossier, ServiceError> {
    let declaration = son_temps::declaration(conn, (&rapports.acteur, vue), declaration).await?;
    let peut_rompre = may_end(core, conn, rapports, declaration.patient_id).await?;
    let sans_effet = SituationDeclaration::sans_effet(&declaration, false);
    let mut dossier = Dossier {
        declaration,
        situation: sans_effet,
        annulables: Vec::new(),
        designation: None,
        confirmee: None,
        cote: None,
        nomme: Demarche::LirePatient.est_permise(rapports),
        peut_rompre,
        rectifiee_par: None,
        actions: Vec::new(),
    };
    let declaration = &dossier.declaration;
    match declaration.etat {
        Etat::EnAttente => {
            let famille =
                famille(core, conn, declaration.patient_id, Particularites::INCONNUES).await?;
            dossier.cote = Some(cote_qui_attend(core, &famille, declaration)?);
        }
        Etat::Active => {
            let patient = declaration.patient_id;
            let timeline = designations::list(conn, patient, latest_knowledge()).await?;
            let timeline: Vec<Designation> =
                timeline.into_iter().filter_map(|one| son_temps::designation(vue, one)).collect();
            let (own, confirmed) = effect_of(declaration, &timeline);
            let about = (declaration, own.as_ref().or(confirmed.as_ref()), peut_rompre);
            dossier.annulables = annulables(core, conn, about, (rapports, known)).await?;
            let today = son_temps::jour(vue, declaration.fuseau().jour(core.now()));
            let counts = (timeline.as_slice(), confirmed.as_ref());
            dossier.situation = situation(conn, declaration, counts, today).await?;
            (dossier.designation, dossier.confirmee) = (own, confirmed);
        }
        Etat::Rectifiee => {
            let (patient, id) = (declaration.patient_id, declaration.id);
            dossier.rectifiee_par = declarations::rectified_by(conn, patient, id).await?;
        }
        Etat::Refusee | Etat::Annulee | Etat::Expiree | Etat::Caduque => {}
    }
    dossier.actions = dossier.possible(rapports);
    Ok(dossier)
}

/// The designation that a declaration opened or extended, or the one that it confirms.
fn effect_of(
    declaration: &Declaration,
    timeline: &[Designation],
) -> (Option<Designation>, Option<Designation>) {
    let chosen: BTreeSet<MedecinId> =
        declaration.medecins.iter().map(|medecin| medecin.medecin_id).collect();
    let Some(day) = declaration.jour_du_choix() else {
        return (None, None);
    };
    let extends = |known: &Designation| {
        let joined = known.membres.iter().filter(|membre| membre.effet.du() == day);
        declaration.en_place.is_some()
            && joined.map(|membre| membre.medecin_id).any(|id| chosen.contains(&id))
    };
    let own =
        timeline.iter().find(|known| known.declaration_id == declaration.id || extends(known));
    if own.is_some() {
        return (own.cloned(), None);
    }
    let present = |known: &Designation| -> BTreeSet<MedecinId> {
        known.membres_le(day).map(|membre| membre.medecin_id).collect()
    };
    let same = timeline.iter().find(|known| known.effet.contient(day) && present(known) == chosen);
    (None, same.cloned())
}

/// The same, of a declaration wherever it is.
pub(super) async fn day_of(
    core: &Core,
    conn: &mut Connection,
    id: DeclarationId,
) -> Result<NaiveDate, ServiceError> {
    Ok(jour_de(&one(core, conn, id).await?))
}

/// The day of a declaration, for a former caisse: that of its last signature, or of its recording.
fn jour_de(declaration: &Declaration) -> NaiveDate {
    let chosen = declaration.jour_du_choix();
    chosen.unwrap_or_else(|| declaration.fuseau().jour(declaration.enregistre_le))
}
