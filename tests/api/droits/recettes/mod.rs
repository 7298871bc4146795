//! For each operation of the contract, a request that whoever may is granted.

#![expect(
    clippy::match_same_arms,
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    reason = "each file is a table of some operations, and none has an operation left out"
)]

mod choix;
mod dossier;
mod medecins;
mod soins;

use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;
use traitant::domain::droits::{Demarche, Relation};

use super::appelants::Appelant;
use super::monde::{Cible, Jour};
use crate::support::contract;

/// Whom an operation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Porte {
    /// Nobody, or what is the caller's own: the role decides.
    Role,
    /// A person.
    Personne,
    /// The holder of a card, to whom what is asked makes something of the caller.
    Carte(Vec<Relation>),
    /// A thing about a person, which makes something of the caller.
    Chose(Vec<Relation>),
    /// What there is not.
    Rien,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Corps {
    Rien,
    Json(Value),
    /// A file, a line a question.
    Lignes(String),
}

/// A request, without its method and its address, which the contract says.
#[derive(Debug, Clone)]
pub struct Recette {
    pub porte: Porte,
    /// Whether it asks about one day, or a thing of one day: a caisse of before is answered for its own.
    pub du_jour: bool,
    /// What the variable parts of the address are, and the rest of it.
    pub chemin: Vec<(&'static str, String)>,
    pub requete: String,
    pub corps: Corps,
    /// Refusals that only who had the right may read.
    pub apres_le_droit: &'static [&'static str],
    /// What whoever has the right is told all the same: it was not on this day, or not for themselves.
    pub sauf: Option<&'static str>,
    /// What must happen first: who does it, its operation and what is sent.
    pub prealable: Option<(Acteur, Demarche, Value)>,
}

impl Recette {
    fn de(porte: Porte) -> Self {
        Self {
            porte,
            du_jour: false,
            chemin: Vec::new(),
            requete: String::new(),
            corps: Corps::Rien,
            apres_le_droit: &[],
            sauf: None,
            prealable: None,
        }
    }

    /// About what has this id.
    fn sur(porte: Porte, id: &str) -> Self {
        Self { chemin: vec![("id", id.to_owned())], ..Self::de(porte) }
    }

    fn et(mut self, name: &'static str, value: &str) -> Self {
        self.chemin.push((name, value.to_owned()));
        self
    }

    fn du_jour(self) -> Self {
        Self { du_jour: true, ..self }
    }

    fn requete(self, requete: impl Into<String>) -> Self {
        Self { requete: requete.into(), ..self }
    }

    fn corps(self, corps: Value) -> Self {
        Self { corps: Corps::Json(corps), ..self }
    }

    fn lignes(self, lignes: &[Value]) -> Self {
        let lines: Vec<String> = lignes.iter().map(Value::to_string).collect();
        Self { corps: Corps::Lignes(lines.join("\n")), ..self }
    }

    fn sauf(self, phrase: &'static str) -> Self {
        Self { sauf: Some(phrase), ..self }
    }

    fn ou(self, apres_le_droit: &'static [&'static str]) -> Self {
        Self { apres_le_droit, ..self }
    }
}

/// The request of a caller about a person, of one time.
pub fn recette(demarche: Demarche, qui: &Appelant<'_>, cible: &Cible, jour: Jour) -> Recette {
    let question = Question { qui, cible, jour };
    [dossier::recette, choix::recette, soins::recette, medecins::recette]
        .into_iter()
        .find_map(|one| one(demarche, question))
        .unwrap_or_else(|| panic!("{demarche:?} has no recipe"))
}

/// Who asks, about whom, about which time.
#[derive(Debug, Clone, Copy)]
struct Question<'a> {
    qui: &'a Appelant<'a>,
    cible: &'a Cible,
    jour: Jour,
}

impl Question<'_> {
    /// The RPPS of a doctor who calls.
    fn rpps(&self) -> Option<String> {
        match &self.qui.acteur {
            Acteur::Medecin(rpps) => Some(rpps.to_string()),
            Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
                None
            }
        }
    }

    /// A relation by the thing, if it is of the caisse that calls.
    fn si_caisse(&self, code: &str, relation: Relation) -> Vec<Relation> {
        let own = matches!(self.qui.acteur, Acteur::Caisse(_)) && self.qui.caisse() == code;
        own.then_some(relation).into_iter().collect()
    }

    /// A relation by the thing, if the caller is the doctor whom it names.
    fn si(&self, rpps: &str, relation: Relation) -> Vec<Relation> {
        let own = self.rpps().is_some_and(|own| own == rpps);
        own.then_some(relation).into_iter().collect()
    }
}

/// An operation in the contract: method, address, whether it has a key and a version.
#[derive(Debug, Clone)]
pub struct Adresse {
    pub methode: String,
    pub chemin: String,
    pub cle: bool,
    pub version: bool,
}

/// Where an operation is.
pub fn adresse(demarche: Demarche) -> Adresse {
    let paths = contract::document()["paths"].as_object().unwrap();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            if operation["operationId"] != demarche.mot() {
                continue;
            }
            let asks = |name: &str| {
                let place = json!(format!("#/components/parameters/{name}"));
                operation["parameters"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one["$ref"] == place))
            };
            return Adresse {
                methode: method.to_uppercase(),
                chemin: path.clone(),
                cle: asks("Idempotency-Key"),
                version: asks("If-Match"),
            };
        }
    }
    panic!("{demarche:?} is not in the contract")
}

/// The example that the contract gives of a body.
fn exemple(schema: &str) -> Value {
    contract::document()["components"]["schemas"][schema]["example"].clone()
}
