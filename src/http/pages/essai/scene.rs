//! Who is on the page: a person, a doctor, whoever acts; and what is known of them when a request is written.

use chrono::NaiveDate;
use form_urlencoded::Serializer;
use serde_json::{Value, json};

use super::exemples::{EXEMPLES, exemple};
use super::gabarit::Contexte;
use super::geste::Role;
use crate::domain::calendar::{age_revolu, plus_mois};
use crate::http::bac_a_sable::{BacASable, Horloge, Liste, MedecinDuBac, Panne, PatientDuBac};

/// What a reader chose, as the address says it.
#[derive(Debug, Default)]
pub(super) struct Choix {
    pub(super) personne: String,
    pub(super) medecin: String,
    pub(super) qui: String,
    pub(super) exemple: String,
    /// How the idempotency keys of the page begin.
    pub(super) cle: String,
}

/// Somebody who acts.
#[derive(Debug, Clone)]
pub(super) struct Acteur {
    /// The word of the address.
    pub(super) mot: String,
    pub(super) role: Role,
    pub(super) nom: String,
    pub(super) jeton: String,
    /// The quality in which they sign for the person.
    qualite: String,
    organisme: Option<String>,
}

/// The page, as it was chosen.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) personne: &'a PatientDuBac,
    pub(super) medecin: &'a MedecinDuBac,
    /// Whoever may act: the first ones are about this person and this doctor.
    pub(super) acteurs: Vec<Acteur>,
    pub(super) qui: Acteur,
    pub(super) exemple: &'static str,
    /// Whether the reader asked for it.
    pub(super) exemple_choisi: bool,
    pub(super) cle: &'a str,
}

impl Choix {
    /// What a query says.
    pub(super) fn lit(query: &str) -> Self {
        let mut found = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*name {
                "personne" => &mut found.personne,
                "medecin" => &mut found.medecin,
                "qui" => &mut found.qui,
                "exemple" => &mut found.exemple,
                "cle" => &mut found.cle,
                _ => continue,
            };
            *place = value.chars().take(60).collect();
        }
        found
    }
}

impl<'a> Scene<'a> {
    /// What was chosen among those of the sandbox, or the first ones.
    pub(super) fn de(liste: &'a Liste, choix: &'a Choix) -> Option<Self> {
        let patients = &liste.patients;
        let personne = patients.iter().find(|one| one.prenom.to_lowercase() == choix.personne);
        let personne = personne.or_else(|| patients.first())?;
        let medecin = liste.medecins.iter().find(|one| one.rpps == choix.medecin);
        let medecin = medecin.or_else(|| liste.medecins.first())?;
        let acteurs = acteurs(liste, personne, medecin);
        let caisse = choix.qui.strip_prefix("caisse-");
        let is_chosen = |one: &&Acteur| {
            one.mot == choix.qui || caisse.is_some() && one.organisme.as_deref() == caisse
        };
        let qui = acteurs.iter().find(is_chosen);
        let qui = qui.or_else(|| acteurs.first())?.clone();
        let exemple = EXEMPLES.iter().find(|(cle, ..)| *cle == choix.exemple);
        let exemple = exemple.or_else(|| EXEMPLES.first())?.0;
        let exemple_choisi = !choix.exemple.is_empty();
        Some(Self { personne, medecin, acteurs, qui, exemple, exemple_choisi, cle: &choix.cle })
    }

    /// The address of the page with something else chosen.
    pub(super) fn adresse(&self, name: &str, value: &str) -> String {
        let mut query = Serializer::new(String::new());
        let prenom = self.personne.prenom.to_lowercase();
        let chosen = [
            ("personne", prenom.as_str()),
            ("medecin", &self.medecin.rpps),
            ("qui", &self.qui.mot),
            ("exemple", if self.exemple_choisi { self.exemple } else { "" }),
        ];
        let kept = |(known, value): &&(&str, &str)| *known != name && !value.is_empty();
        query.extend_pairs(chosen.iter().filter(kept));
        if !name.is_empty() {
            query.append_pair(name, value);
        }
        format!("/bac-a-sable?{}", query.finish())
    }

    /// What is known when a request is written.
    pub(super) async fn contexte(
        &self,
        bac: &dyn BacASable,
        horloge: Horloge,
    ) -> Result<Contexte, Panne> {
        let Self { personne, medecin, qui, .. } = self;
        let prenom = personne.prenom.to_lowercase();
        let mut feuille = bac.consultation(&prenom, &medecin.rpps).await?.unwrap_or_default();
        exemple(&mut feuille, self.exemple);
        let numero = self
            .cle
            .bytes()
            .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()) % 1_000_000);
        if let Some(members) = feuille.as_object_mut() {
            members.insert("numero_facture".to_owned(), format!("{numero:09}").into());
        }
        let identifiant =
            json!({ "type": personne.type_identifiant, "valeur": personne.identifiant });
        let two_years = plus_mois(horloge.jour, -24).unwrap_or(horloge.jour);
        let signataire = self.signataire(horloge.jour);
        let represents = qui.role == Role::Representant;
        let qualite = if represents { qui.qualite.as_str() } else { "assure" };
        let mut known = Contexte::default();
        for (nom, value) in [
            ("patient_id", json!(personne.patient_id)),
            ("nom", json!(personne.nom)),
            ("prenom", json!(personne.prenom)),
            ("naissance", json!(personne.date_naissance)),
            (
                "carte",
                json!({ "identifiant": identifiant, "date_naissance": personne.date_naissance }),
            ),
            ("identifiant", identifiant),
            ("rpps", json!(medecin.rpps)),
            ("organisme", qui.organisme.as_deref().map(organisme).unwrap_or_default()),
            ("jour", json!(horloge.jour)),
            ("deux_ans", json!(two_years)),
            ("jours", json!(11)),
            ("methode", json!("GET")),
            ("chemin", json!(format!("/v1/patients/{}/declarations", personne.patient_id))),
            ("retenue", json!(true)),
            ("motif", json!("Je n'ai pas rencontré ce médecin.")),
            ("signataire", json!(signataire)),
            ("qualite", json!(qualite)),
            ("feuille", feuille),
        ] {
            known.sait(nom, value);
        }
        Ok(known)
    }

    /// Who signs for the person on a day: themselves, a parent until sixteen, the guardian of an adult.
    fn signataire(&self, jour: NaiveDate) -> &str {
        let born = self.personne.date_naissance.parse::<NaiveDate>().ok();
        let young = born.is_some_and(|born| age_revolu(born, jour) < 16);
        let chooses = |one: &&crate::http::RepresentantDuBac| young || one.role == "tuteur";
        self.personne.representants.iter().find(chooses).map_or("assure", |one| one.role.as_str())
    }
}

/// Whoever may act about a person and a doctor.
fn acteurs(liste: &Liste, personne: &PatientDuBac, medecin: &MedecinDuBac) -> Vec<Acteur> {
    let one = |mot: String, role: Role, nom: String, jeton: &str| Acteur {
        mot,
        role,
        nom,
        jeton: jeton.to_owned(),
        qualite: String::new(),
        organisme: None,
    };
    let own = format!("{} (patient)", personne.prenom);
    let mut all = vec![one("patient".to_owned(), Role::Patient, own, &personne.jeton)];
    for (index, link) in personne.representants.iter().enumerate() {
        let Some(found) = liste.patients.iter().find(|one| one.prenom == link.prenom) else {
            continue;
        };
        let nom = match link.role.as_str() {
            "tuteur" => format!("{} (tuteur)", found.prenom),
            _ => format!("{} (parent)", found.prenom),
        };
        let mot = format!("representant-{index}");
        all.push(Acteur {
            qualite: link.role.clone(),
            ..one(mot, Role::Representant, nom, &found.jeton)
        });
    }
    let doctor = format!("Dr {} {}", medecin.prenom, medecin.nom);
    all.push(one("medecin".to_owned(), Role::Medecin, doctor, &medecin.jeton));
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for autre in &liste.autres {
        let role = match autre.role.as_str() {
            "caisse" => Role::Caisse,
            "referentiel" => Role::Referentiel,
            _ => Role::Statistiques,
        };
        let mine = autre.role == "caisse" && autre.cle == personne.organisme;
        let (mot, nom) = match role {
            Role::Caisse if mine => ("caisse".to_owned(), format!("Sa caisse ({})", autre.cle)),
            Role::Caisse => (format!("caisse-{}", autre.cle), format!("Caisse {}", autre.cle)),
            Role::Referentiel => (autre.cle.clone(), format!("Référentiel, {}", autre.cle)),
            Role::Patient | Role::Representant | Role::Medecin | Role::Statistiques => {
                (autre.cle.clone(), "Statistiques".to_owned())
            }
        };
        let organisme = (role == Role::Caisse).then(|| autre.cle.clone());
        let acteur = Acteur { organisme, ..one(mot, role, nom, &autre.jeton) };
        if mine {
            own.push(acteur);
        } else {
            others.push(acteur);
        }
    }
    all.append(&mut own);
    // The agents before the other caisses.
    others.sort_by_key(|one| one.role == Role::Caisse);
    all.append(&mut others);
    all
}

/// Régime, caisse and centre, as bodies have them.
fn organisme(code: &str) -> Value {
    let (regime, rest) = code.split_at_checked(2).unwrap_or_default();
    let (caisse, centre) = rest.split_at_checked(3).unwrap_or_default();
    json!({ "regime": regime, "caisse": caisse, "centre": centre })
}
