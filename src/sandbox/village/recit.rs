//! What happened in the sandbox before it is opened, told from the oldest to the newest.

use serde_json::{Value, json};

use super::super::SandboxError;
use super::super::people::MedecinFictif;
use super::conteur::{Conteur, caisse, medecin_de, merge};
use super::praticiens::{GRONDIN, KIEFFER, MADI, MULLER, PRATICIENS, RENAUD, ROUX, TRAORE, VIDAL};
use crate::domain::acteur::Acteur;
use crate::domain::vocabulary::Vocabulaire;
use crate::jobs;

const MARTIN: &str = "99900001233";
const DUVAL: &str = "99900002017";
const PONS: &str = "99900007016";
const AIN: &str = "010110000";

/// Everything, in the order of the days.
pub(super) async fn raconter(conteur: &Conteur) -> Result<(), SandboxError> {
    praticiens(conteur).await?;
    liens(conteur).await?;
    anciens(conteur).await?;
    annee_passee(conteur).await?;
    recents(conteur).await
}

/// Doctors settle, those of one place together.
async fn praticiens(conteur: &Conteur) -> Result<(), SandboxError> {
    conteur.il_y_a(500);
    let mut commun = None;
    for medecin in &PRATICIENS {
        let place = if medecin.rpps == KIEFFER { commun.clone() } else { None };
        let made = conteur
            .fait(&Acteur::Referentiel, "/v1/medecins", None, inscription(medecin, place))
            .await?;
        if medecin.rpps == RENAUD {
            commun = made.pointer("/exercices/0/lieu/id").cloned();
        }
    }
    Ok(())
}

/// The body that registers a doctor, at a place that is known already or at a new one.
fn inscription(medecin: &MedecinFictif, lieu: Option<Value>) -> Value {
    let lieu = match lieu {
        Some(id) => json!({ "id": id }),
        None => json!({
            "nature": medecin.nature.mot(), "nom": medecin.cabinet,
            "commune": medecin.commune, "adresse": medecin.adresse,
        }),
    };
    let facturation = medecin.facturation();
    let mut exercice = json!({
        "du": "2012-01-02", "lieu": lieu, "mode": medecin.mode.mot(), "principal": true,
        "convention": medecin.convention.mot(), "option_tarifaire": medecin.option.mot(),
    });
    if let (Some((kind, numero)), Some(members)) = (facturation, exercice.as_object_mut()) {
        let numero = json!({ "type": kind, "valeur": numero });
        members.insert("numero_facturation".to_owned(), numero);
    }
    json!({
        "rpps": medecin.rpps, "nom": medecin.nom, "prenom": medecin.prenom,
        "specialite": medecin.specialite, "exercices": [exercice],
    })
}

/// Who may choose for whom: child, parent or guardian, quality, proof.
pub(super) const LIENS: [(&str, &str, &str, &str); 9] = [
    ("LUCAS", "JULIEN", "titulaire_autorite_parentale", "livret_de_famille"),
    ("LUCAS", "KARINE", "titulaire_autorite_parentale", "livret_de_famille"),
    ("MANON", "JULIEN", "titulaire_autorite_parentale", "livret_de_famille"),
    ("MANON", "KARINE", "titulaire_autorite_parentale", "livret_de_famille"),
    ("NINA", "KARINE", "titulaire_autorite_parentale", "livret_de_famille"),
    ("QUENTIN", "OLIVIER", "titulaire_autorite_parentale", "acte_de_naissance"),
    ("QUENTIN", "PAULINE", "titulaire_autorite_parentale", "acte_de_naissance"),
    ("ROMAIN", "PAULINE", "titulaire_autorite_parentale", "livret_de_famille"),
    ("SUZANNE", "THOMAS", "tutelle", "decision_de_justice"),
];

async fn liens(conteur: &Conteur) -> Result<(), SandboxError> {
    let jour = conteur.il_y_a(450);
    for (prenom, autre, nature, preuve) in LIENS {
        let (personne, autre) = (conteur.personne(prenom)?, conteur.personne(autre)?);
        let chemin = format!("/v1/patients/{}/representations", personne.id);
        let mut lien = json!({
            "representant": { "patient_id": autre.id }, "nature": nature, "preuve": preuve,
            "effet_du": if nature == "tutelle" { json!(jour) } else { json!(personne.date_naissance) },
        });
        if preuve == "decision_de_justice" {
            merge(&mut lien, json!({ "reference_preuve": "TJ-ESSAI-24/017" }));
        }
        let made = conteur.fait(&caisse(personne.organisme)?, &chemin, None, lien).await?;
        if prenom == "NINA" {
            let signataire = json!({
                "role": "titulaire_autorite_parentale", "representation_id": id(&made)?,
            });
            conteur.papier("NINA", &[RENAUD], signataire).await?;
        }
        if prenom == "SUZANNE" {
            let signataire = json!({ "role": "tuteur", "representation_id": id(&made)? });
            conteur.papier("SUZANNE", &[MARTIN], signataire).await?;
        }
    }
    Ok(())
}

/// Choices that have long been made.
async fn anciens(conteur: &Conteur) -> Result<(), SandboxError> {
    conteur.il_y_a(440);
    for (prenom, medecins) in [
        ("JULIEN", &[RENAUD][..]),
        ("UGO", &[RENAUD, KIEFFER]),
        ("VIRGINIE", &[TRAORE]),
        ("WILLIAM", &[MARTIN]),
        ("LUCILE", &[GRONDIN]),
        ("ZAINABA", &[MADI]),
        ("BRIGITTE", &[MULLER]),
        ("GERMAINE", &[VIDAL]),
        ("FLORIAN", &[MARTIN]),
        ("FLORIAN-LOUIS", &[PONS]),
        ("MIREILLE", &[VIDAL]),
    ] {
        conteur.choix(prenom, medecins).await?;
    }
    Ok(())
}

/// Feuilles and referrals of the year before.
async fn annee_passee(conteur: &Conteur) -> Result<(), SandboxError> {
    conteur.il_y_a(420);
    let william = conteur.personne("WILLIAM")?.id;
    let chemin = format!("/v1/patients/{william}/adressages");
    let protocole = json!({
        "nature": "protocole_ald", "effet_au": conteur.dans(1800),
        "correspondants": [{ "rpps": DUVAL }],
    });
    conteur.fait(&medecin_de(MARTIN)?, &chemin, None, protocole).await?;
    conteur.il_y_a(410);
    let dans_le_protocole = json!({
        "beneficiaire": { "exoneration": { "code_exoneration": "4" } },
        "parcours": { "indicateur": "A", "motif_exclusion": "protocole_ald" },
    });
    conteur.feuille("WILLIAM", DUVAL, ("CS", 2650), dans_le_protocole).await?;
    conteur.il_y_a(400);
    conteur.feuille("INGRID", MARTIN, ("G", 3000), json!({})).await?;
    conteur.il_y_a(395);
    conteur.feuille("GERMAINE", VIDAL, ("G", 3000), json!({})).await?;
    conteur.il_y_a(300);
    conteur.choix("INGRID", &[MARTIN]).await?;
    conteur.il_y_a(100);
    conteur.choix("MIREILLE", &[RENAUD]).await?;
    Ok(())
}

/// What happened in the last three months.
async fn recents(conteur: &Conteur) -> Result<(), SandboxError> {
    conteur.il_y_a(80);
    conteur.signe_seul(&medecin_de(MARTIN)?, "CORENTIN", MARTIN).await?;
    depart(conteur).await?;
    conteur.il_y_a(45);
    let outre_mer = json!({ "executant": { "lieu_execution": { "commune": "97411" } } });
    conteur.feuille("LUCILE", GRONDIN, ("G", 3000), outre_mer).await?;
    conteur.feuille("ZAINABA", MADI, ("G", 3000), json!({})).await?;
    let local = json!({ "beneficiaire": { "regime_local": "alsace_moselle" } });
    conteur.feuille("BRIGITTE", MULLER, ("G", 3000), local).await?;
    let jour = conteur.il_y_a(40);
    let chemin = format!("/v1/patients/{}/changements-de-statut", conteur.personne("XENIA")?.id);
    let statut = json!({ "statut": "ame", "effet_du": jour });
    conteur.fait(&caisse(AIN)?, &chemin, Some(1), statut).await?;
    let ame = json!({ "beneficiaire": { "complementaire": "ame" } });
    conteur.feuille("XENIA", PONS, ("G", 3000), ame).await?;
    let c2s = json!({ "beneficiaire": { "complementaire": "c2s_sans_participation" } });
    conteur.feuille("YASMINE", PONS, ("G", 3000), c2s).await?;
    conteur.il_y_a(30);
    let ald = json!({ "beneficiaire": { "exoneration": { "code_exoneration": "4" } } });
    conteur.feuille("WILLIAM", MARTIN, ("G", 3000), ald).await?;
    conteur.feuille("INGRID", MARTIN, ("G", 3000), json!({})).await?;
    conteur.feuille("GERMAINE", RENAUD, ("G", 3000), json!({})).await?;
    let william = format!("/v1/patients/{}/adressages", conteur.personne("WILLIAM")?.id);
    let avis = json!({ "nature": "avis_ponctuel", "correspondants": [{ "specialite": "15" }] });
    conteur.fait(&medecin_de(MARTIN)?, &william, None, avis).await?;
    conteur.il_y_a(20);
    let ingrid = json!({ "beneficiaire": { "complementaire": "amc" } });
    conteur.feuille("INGRID", ROUX, ("CS", 2650), ingrid).await?;
    conciliation(conteur).await?;
    contestation(conteur).await?;
    conteur.il_y_a(3);
    let damien = Acteur::Patient(conteur.personne("DAMIEN")?.id);
    conteur.signe_seul(&damien, "DAMIEN", MARTIN).await?;
    Ok(())
}

/// A doctor retires: one agent of the national register prepares it, another confirms.
async fn depart(conteur: &Conteur) -> Result<(), SandboxError> {
    let jour = conteur.il_y_a(60);
    let referentiel = &Acteur::Referentiel;
    let retraite = json!({ "rpps": VIDAL, "nature": "retraite", "effet_du": jour });
    let made = conteur.fait_comme(referentiel, "agent-1", "/v1/operations", None, retraite).await?;
    let chemin = format!("/v1/operations/{}/confirmation", id(&made)?);
    conteur.fait_comme(referentiel, "agent-2", &chemin, version(&made), Value::Null).await?;
    jobs::run_due(&conteur.core).await?;
    Ok(())
}

/// Somebody finds no doctor: one was asked and refused, another was not asked yet.
async fn conciliation(conteur: &Conteur) -> Result<(), SandboxError> {
    conteur.il_y_a(12);
    let estelle = conteur.personne("ESTELLE")?.id;
    let chemin = format!("/v1/patients/{estelle}/conciliations");
    let ain = caisse(AIN)?;
    let made = conteur.fait(&ain, &chemin, None, json!({ "commune": "01004" })).await?;
    let chemin = format!("/v1/conciliations/{}/contacts", id(&made)?);
    let refus = json!({ "rpps": RENAUD, "reponse": "refus" });
    conteur.fait(&ain, &chemin, version(&made), refus).await?;
    Ok(())
}

/// Somebody says that a choice was not theirs.
async fn contestation(conteur: &Conteur) -> Result<(), SandboxError> {
    conteur.il_y_a(10);
    let made = conteur.choix("JONAS", &[PONS]).await?;
    conteur.il_y_a(5);
    let chemin = format!("/v1/declarations/{}/contestation", id(&made)?);
    let jonas = Acteur::Patient(conteur.personne("JONAS")?.id);
    let motif = json!({ "motif": "Je n'ai rien signé chez ce médecin." });
    conteur.fait(&jonas, &chemin, version(&made), motif).await?;
    Ok(())
}

fn id(made: &Value) -> Result<&str, SandboxError> {
    made.get("id").and_then(Value::as_str).ok_or(SandboxError::Unknown("id"))
}

fn version(made: &Value) -> Option<i64> {
    made.get("version").and_then(Value::as_i64)
}
