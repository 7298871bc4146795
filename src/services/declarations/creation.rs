//! A choice is shown to its parties, then declared.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::choisis::{Choisi, Designes, chosen_all, designated_all, place_of};
use super::ecart::explain;
use super::effect::{fact, take_effect};
use super::foyer::{CARTE, visited};
use super::parties::{Famille, conditions, famille, representatives};
use super::signature::{keep, signature, verify_joint};
use super::transitions::finish;
use super::{Apercu, Dossier, NouveauChoix, RefPatient, SignatureRecue};
use crate::domain::acteur::Acteur;
use crate::domain::declaration::{
    Canal, Contenu, Declaration, DeclarationRefusee, Etat, MedecinDesigne, NumeroDeclaration,
    PatientDeclare,
};
use crate::domain::digest::Empreinte;
use crate::domain::droits::Demarche;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{DeclarationId, MedecinId, PatientId};
use crate::domain::medecin::Medecin;
use crate::law::parameters::Parametre;
use crate::services::core::Act;
use crate::services::{Contexte, Core, Demande, Done, PATIENT_ATTENDU, Render, Seen, ServiceError};
use crate::storage::patients::fusions;
use crate::storage::patients::particularites::Particularites;
use crate::storage::{Connection, declarations, designations, patients};

/// A choice whose people are known.
pub(super) struct Projet {
    famille: Famille,
    /// The doctors whom it names, as they were read.
    connus: Vec<Medecin>,
    medecins: Vec<MedecinDesigne>,
    en_place: Option<BTreeSet<MedecinId>>,
    pub(super) contenu: String,
    pub(super) contenu_sha256: Empreinte,
}

/// The content that the parties of a choice would sign, without creating anything.
pub async fn preview(
    core: &Core,
    contexte: &Contexte,
    choix: &NouveauChoix,
) -> Result<Seen<Apercu>, ServiceError> {
    let search = core.search(contexte).await?;
    let found = match &choix.patient {
        RefPatient::Id(id) => search.on(*id, &[]).await,
        RefPatient::Cle(cle) => search.by_card(cle, None, &[]).await,
        RefPatient::Visite(visite) => search.on(visited(core, contexte, visite)?, CARTE).await,
    };
    let mut access = found.map_err(unknown)?;
    verify_own(contexte.acteur(), choix)?;
    let patient = access.patient;
    let whose = (patient, Particularites::INCONNUES);
    let projet = prepare(core, access.conn(), whose, choix).await?;
    let nomme = access.may(Demarche::LirePatient);
    let Projet { contenu, contenu_sha256, .. } = projet;
    access.show(Apercu { contenu, contenu_sha256, nomme }).await
}

/// Creates a declaration, with the signatures already taken; active at once when none is
/// missing.
pub async fn create(
    core: &Core,
    demande: &Demande,
    choix: &NouveauChoix,
    rendre: impl Render<Dossier>,
) -> Done {
    let opening = core.open(demande).await?;
    let found = match &choix.patient {
        RefPatient::Id(id) => opening.on(*id, &[]).await,
        RefPatient::Cle(cle) => opening.by_card(cle).await,
        RefPatient::Visite(visite) => {
            opening.on(visited(core, &demande.contexte, visite)?, CARTE).await
        }
    };
    let mut act = found.map_err(unknown)?;
    verify_own(demande.contexte.acteur(), choix)?;
    let patient = act.patient;
    let known = act.look().await?;
    let projet = prepare(core, act.conn(), (patient, known), choix).await?;
    let sous = came_under(&mut act, &choix.patient).await?;
    let declaration = lodge(&mut act, (projet, None), (sous, &choix.signatures)).await?;
    finish(act, declaration, rendre).await
}

/// In a body, a person who cannot be found is a field that cannot be accepted.
fn unknown(error: ServiceError) -> ServiceError {
    error.into_champ("/patient", "patient_inconnu", PATIENT_ATTENDU)
}

/// The merged record under whose number, or by whose token, a choice comes; `None` when it is the person's own.
async fn came_under(
    act: &mut Act<'_>,
    whose: &RefPatient,
) -> Result<Option<PatientId>, ServiceError> {
    let (core, patient) = (act.core(), act.patient);
    let records = match (whose, act.contexte().acteur()) {
        (RefPatient::Cle(_), _) if !act.particularites.absorbes => Vec::new(),
        (RefPatient::Cle(cle), _) => {
            patients::records_of_card(act.conn(), core.coffre(), cle, patient).await?
        }
        (RefPatient::Id(_), Acteur::Patient(own)) => {
            let merged = fusions::merged_into(act.conn(), *own).await? == Some(patient);
            Some(*own).filter(|_| merged).into_iter().collect()
        }
        // A visit was opened under one card, and names the person whom that card designates today.
        (RefPatient::Id(_) | RefPatient::Visite(_), _) => Vec::new(),
    };
    match records[..] {
        [one] if one != patient => Ok(Some(one)),
        _ => Ok(None),
    }
}

/// A doctor lodges the declarations that name him.
fn verify_own(acteur: &Acteur, choix: &NouveauChoix) -> Result<(), ServiceError> {
    let Acteur::Medecin(rpps) = acteur else { return Ok(()) };
    if choix.medecins.iter().any(|one| one.rpps == *rpps) {
        return Ok(());
    }
    Err(ServiceError::Interdit("un médecin ne dépose que les déclarations qui le désignent"))
}

/// Writes a declaration with the signatures already taken, and its effect when none is missing.
pub(super) async fn lodge(
    act: &mut Act<'_>,
    (projet, rectifiee): (Projet, Option<&Declaration>),
    (sous, recues): (Option<PatientId>, &[SignatureRecue]),
) -> Result<Declaration, ServiceError> {
    let (core, contexte, instant) = (act.core(), act.contexte(), act.instant);
    let (acteur, now) = (contexte.acteur(), core.now());
    let (famille, connus) = (projet.famille.clone(), projet.connus.clone());
    let mut declaration = new_declaration(core, acteur, projet, now, instant)?;
    if let Some(wrong) = rectifiee {
        // The same paper, read better: the same public number.
        declaration.numero = wrong.numero;
        declaration.rectifie = Some(wrong.id);
    }
    let mut taken = recues
        .iter()
        .enumerate()
        .map(|(place, recue)| {
            let signature = signature(core, &declaration, acteur, recue, now)
                .map_err(|why| why.of_signature(Some(place)))?;
            Ok((place, signature, recue))
        })
        .collect::<Result<Vec<_>, ServiceError>>()?;
    taken.sort_by_key(|(_, signature, _)| signature.signe_le);
    for (place, signature, recue) in taken {
        let conditions = conditions(core, &famille, &declaration, signature.signe_le, now)?;
        match declaration.sign(signature, &recue.preuve, acteur, &conditions) {
            Err(DeclarationRefusee::ContenuDifferent(_)) => {
                let signed = (&famille, &declaration, recue.contenu_sha256);
                let why = explain(core, act.conn(), signed).await?;
                return Err(why.of_signature(Some(place)).into());
            }
            signed => signed.map_err(|why| why.of_signature(Some(place)))?,
        };
    }
    declarations::insert(act.conn(), core.coffre(), &declaration, sous).await?;
    for signature in &declaration.signatures {
        keep(act, &declaration, signature, instant).await?;
    }
    act.tell(fact(&declaration, NatureEvenement::DeclarationDeposee));
    if declaration.etat == Etat::Active {
        take_effect(act, &declaration, &connus).await?;
    }
    Ok(declaration)
}

fn new_declaration(
    core: &Core,
    acteur: &Acteur,
    projet: Projet,
    now: DateTime<Utc>,
    instant: DateTime<Utc>,
) -> Result<Declaration, ServiceError> {
    let waiting_days = core.valeur(Parametre::MtDelaiEntreSignatures, core.today())?;
    let waiting = Days::new(u64::try_from(waiting_days).unwrap_or_default());
    Ok(Declaration {
        id: DeclarationId::from_uuid(core.ids().uuid()),
        patient_id: projet.famille.patient.id,
        numero: NumeroDeclaration::from_random(core.ids().random()),
        canal: match acteur {
            Acteur::Medecin(_) => Canal::Teleservice,
            Acteur::Patient(_) => Canal::Portail,
            Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => Canal::Papier,
        },
        medecins: projet.medecins,
        en_place: projet.en_place,
        rectifie: None,
        contenu: projet.contenu,
        contenu_sha256: projet.contenu_sha256,
        reprise: None,
        expire_le: now.checked_add_days(waiting).unwrap_or(now),
        enregistre_le: instant,
        etat: Etat::EnAttente,
        contestation: None,
        motif: None,
        version: 1,
        signatures: Vec::new(),
    })
}

/// Finds the doctors of a choice and writes what its parties are to sign: as of the day that is meant, or else of the
/// last signature. Signed on several days, it may be what was true when the first of them signed.
pub(super) async fn prepare(
    core: &Core,
    conn: &mut Connection,
    (id, known): (PatientId, Particularites),
    choix: &NouveauChoix,
) -> Result<Projet, ServiceError> {
    let famille = famille(core, conn, id, known).await?;
    let choisis = chosen_all(conn, &choix.medecins).await?;
    let lieu = place_of(&choisis, &famille, core.now());
    let signed = |signature: &SignatureRecue| {
        signature.signe_le.or(signature.signe_a.map(|instant| lieu.jour(instant)))
    };
    let days: BTreeSet<NaiveDate> = choix.signatures.iter().filter_map(signed).collect();
    let today = lieu.jour(core.now());
    let meant = choix.signe_le.or(days.last().copied()).unwrap_or(today);
    if choix.signe_le.is_some_and(|day| day > today) {
        return Err(ServiceError::champ("/signe_le", "date_future", "au plus tard aujourd'hui"));
    }
    if let Some(mort) = famille.vivant.mort_avant(meant) {
        return Err(DeclarationRefusee::SignatureApresDeces { jour: mort }.into());
    }
    let projet = project(core, conn, (&famille, &choisis, choix.avenant), meant).await?;
    let is_signed = |projet: &Projet| {
        choix.signatures.iter().all(|one| one.contenu_sha256 == projet.contenu_sha256)
    };
    if is_signed(&projet) {
        return Ok(projet);
    }
    for jour in days.iter().rev().copied().filter(|day| *day != meant) {
        match project(core, conn, (&famille, &choisis, choix.avenant), jour).await {
            Ok(other) if is_signed(&other) => return Ok(other),
            // There is no content of a day on which the doctors could not be designated.
            Ok(_) | Err(ServiceError::Declaration(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(projet)
}

/// A choice as it is written on a day.
pub(super) async fn project(
    core: &Core,
    conn: &mut Connection,
    (famille, choisis, avenant): (&Famille, &[Choisi<'_>], bool),
    jour: NaiveDate,
) -> Result<Projet, ServiceError> {
    let id = famille.patient.id;
    let Designes { medecins, membres, declares } = designated_all(choisis, jour)?;
    verify_joint(core, &membres, jour)?;
    let (medecins, en_place) = if avenant {
        let (joining, en_place) = amendment(conn, id, medecins, jour).await?;
        (joining, Some(en_place))
    } else {
        (medecins, None)
    };
    let identite = famille.patient.identite_le(jour).ok_or(ServiceError::Introuvable)?;
    let declared = PatientDeclare {
        date_naissance: identite.date_naissance.to_string(),
        id: id.to_string(),
        nom: identite.nom.clone(),
        prenom: identite.prenom.clone(),
    };
    let representants = representatives(core, conn, famille, jour).await?;
    let form = if avenant { Contenu::avenant } else { Contenu::new };
    let (contenu, contenu_sha256) = form(declared, declares, representants).canonical()?;
    let connus = choisis.iter().map(|(_, _, medecin)| medecin.clone()).collect();
    let famille = famille.clone();
    Ok(Projet { famille, connus, medecins, en_place, contenu, contenu_sha256 })
}

/// Of the doctors that an amendment names, those who join the designation in force on a day,
/// and those who are in place: all of these must be named.
async fn amendment(
    conn: &mut Connection,
    patient: PatientId,
    named: Vec<MedecinDesigne>,
    jour: NaiveDate,
) -> Result<(Vec<MedecinDesigne>, BTreeSet<MedecinId>), ServiceError> {
    let current = designations::current(conn, patient, jour).await?;
    let en_place: BTreeSet<MedecinId> = current
        .iter()
        .flat_map(|designation| designation.membres_le(jour))
        .map(|membre| membre.medecin_id)
        .collect();
    let (present, joining): (Vec<_>, Vec<_>) =
        named.into_iter().partition(|medecin| en_place.contains(&medecin.medecin_id));
    if en_place.is_empty() || present.len() != en_place.len() || joining.is_empty() {
        return Err(DeclarationRefusee::AvenantInadapte { jour }.into());
    }
    Ok((joining, en_place))
}
