//! Everybody in the sandbox, for a reader: as data with tokens, as text, as the page of the documentation.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};

use super::SandboxError;
use super::people::{MEDECINS, MedecinFictif, Personne};
use super::village::{HABITANTS, PRATICIENS, personnes, representants};
use crate::auth::Emetteur;
use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::clock::Clock;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::ids::IdSource;
use crate::http::{AutreDuBac, Liste, MedecinDuBac, PatientDuBac, RepresentantDuBac};

/// How long the tokens of the list are valid, in seconds: as long as a token may be.
const VALIDITE: i64 = 43_200;

/// Two agents of the national register, and what each is there for.
const AGENTS: [(&str, &str); 2] = [
    ("agent-1", "prépare les actes nationaux : retraite, radiation, spécialité"),
    ("agent-2", "confirme ce que le premier a préparé"),
];

/// Everybody in the sandbox that was made at an instant, each with a token.
pub fn liste(
    cree_le: DateTime<Utc>,
    emetteur: &Emetteur,
    machine: &dyn Clock,
    ids: &IdSource,
) -> Result<Liste, SandboxError> {
    let token = |acteur: &Acteur| emetteur.issue(acteur, machine, ids, VALIDITE);
    let now = machine.now();
    let valid = TimeDelta::try_seconds(VALIDITE).and_then(|delta| now.checked_add_signed(delta));
    let mut patients = Vec::new();
    let mut caisses = BTreeSet::new();
    for one in personnes(cree_le) {
        caisses.insert(one.organisme);
        let jeton = token(&Acteur::Patient(one.id))?;
        patients.push(PatientDuBac {
            prenom: capitale(one.prenom),
            nom: one.nom.to_owned(),
            sert_a: one.role.to_owned(),
            patient_id: one.id.to_string(),
            type_identifiant: one.nature.to_owned(),
            identifiant: one.numero,
            date_naissance: one.date_naissance,
            organisme: one.organisme.to_owned(),
            representants: representants(one.prenom).into_iter().map(representant).collect(),
            jeton,
        });
    }
    let mut medecins = Vec::new();
    for one in tous_les_medecins() {
        medecins.push(MedecinDuBac {
            nom: one.nom.to_owned(),
            prenom: capitale(one.prenom),
            sert_a: one.role.to_owned(),
            rpps: one.rpps.to_owned(),
            specialite: one.specialite.to_owned(),
            numero_facturation: one.facturation().map(|(_, numero)| numero.to_owned()),
            cabinet: one.cabinet.to_owned(),
            jeton: token(&Acteur::Medecin(Rpps::parse(one.rpps)?))?,
        });
    }
    let mut autres = Vec::new();
    for organisme in caisses {
        let acteur = Acteur::Caisse(Caisse::of(Organisme::parse(organisme)?));
        autres.push(AutreDuBac {
            role: "caisse".to_owned(),
            cle: organisme.to_owned(),
            sert_a: "caisse de ces patients".to_owned(),
            jeton: token(&acteur)?,
        });
    }
    for (agent, sert_a) in AGENTS {
        autres.push(AutreDuBac {
            role: "referentiel".to_owned(),
            cle: agent.to_owned(),
            sert_a: sert_a.to_owned(),
            jeton: emetteur.issue_as(&Acteur::Referentiel, agent, machine, ids, VALIDITE)?,
        });
    }
    autres.push(AutreDuBac {
        role: "statistiques".to_owned(),
        cle: "statistiques".to_owned(),
        sert_a: "lire les statistiques, sans voir personne".to_owned(),
        jeton: token(&Acteur::Statistiques)?,
    });
    Ok(Liste { jetons_jusqu_au: valid.unwrap_or(now), patients, medecins, autres })
}

fn representant((prenom, role): (&str, &str)) -> RepresentantDuBac {
    RepresentantDuBac { prenom: capitale(prenom), role: role.to_owned() }
}

fn tous_les_medecins() -> impl Iterator<Item = &'static MedecinFictif> {
    MEDECINS.iter().chain(&PRATICIENS)
}

/// A first name as people write it.
fn capitale(prenom: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(String::from).unwrap_or_default();
        first + &letters.as_str().to_lowercase()
    };
    prenom.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// The list, as a terminal shows it.
pub fn texte(liste: &Liste) -> String {
    let mut text = String::new();
    let mut line = |said: String| text.push_str(&(said + "\n"));
    line("Patients\n".to_owned());
    for one in &liste.patients {
        line(format!("  {} {} — {}", one.prenom, one.nom, one.sert_a));
        line(format!(
            "    {} {}, né(e) le {}, caisse {}, id {}",
            one.type_identifiant,
            one.identifiant,
            one.date_naissance,
            one.organisme,
            one.patient_id
        ));
        line(format!("    {}\n", one.jeton));
    }
    line("Médecins\n".to_owned());
    for one in &liste.medecins {
        line(format!("  {} {} — {}", one.prenom, one.nom, one.sert_a));
        let numero = one.numero_facturation.as_deref().unwrap_or("aucun");
        line(format!("    RPPS {}, facture sous {numero}, {}", one.rpps, one.cabinet));
        line(format!("    {}\n", one.jeton));
    }
    line("Caisses et référentiel\n".to_owned());
    for one in &liste.autres {
        line(format!("  {} {} — {}", one.role, one.cle, one.sert_a));
        line(format!("    {}\n", one.jeton));
    }
    line(format!(
        "Les jetons sont valables jusqu'au {}.",
        liste.jetons_jusqu_au.format("%d/%m/%Y à %H:%M UTC")
    ));
    text
}

/// The list, as a program reads it.
pub fn json(liste: &Liste) -> String {
    serde_json::to_string_pretty(liste).unwrap_or_default() + "\n"
}

/// `docs/BAC-A-SABLE.md`.
pub fn page() -> String {
    let mut page = include_str!("page.md").to_owned();
    let patients: String = reference().iter().map(patient).collect();
    let medecins: String = tous_les_medecins().map(medecin).collect();
    for (mark, rows) in [("<!-- patients -->\n", patients), ("<!-- medecins -->\n", medecins)] {
        page = page.replace(mark, &rows);
    }
    page
}

/// The people of a sandbox made on some day: the page keeps what does not depend on it.
fn reference() -> Vec<Personne> {
    let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    let noon = day.and_hms_opt(12, 0, 0).unwrap_or_default();
    personnes(Utc.from_utc_datetime(&noon))
}

fn medecin(one: &MedecinFictif) -> String {
    format!("| {} {} | `{}` | {} |\n", capitale(one.prenom), one.nom, one.rpps, one.role)
}

fn patient(one: &Personne) -> String {
    let fixed = HABITANTS.iter().find(|known| known.prenom == one.prenom);
    let fixed = fixed.is_none_or(|known| known.naissance.est_fixe());
    let born = if fixed { one.date_naissance.as_str() } else { "selon le jour" };
    let numero = if fixed { format!("`{}`", one.numero) } else { "selon le jour".to_owned() };
    format!(
        "| {} {} | {} {numero} | {born} | `{}` | {} |\n",
        capitale(one.prenom),
        one.nom,
        one.nature,
        one.organisme,
        one.role
    )
}
