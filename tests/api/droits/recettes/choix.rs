//! Choices: declarations, médecins traitants, referrals, and the search of a doctor.

use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;
use traitant::domain::droits::{Demarche, Relation};

use super::super::monde::{Jour, attendu};
use super::{Porte, Question, Recette};
use crate::support::app::{CARDIOLOGUE, MARTIN, paper};

/// What is told to who reads a declaration and does not choose.
const RETRAIT: &str = "un médecin désigné, le patient ou qui choisit pour lui, ou sa caisse";

/// Somebody may, and the state of the thing does not let them.
const ETAT: &[&str] = &["transition_interdite"];

pub(super) fn recette(demarche: Demarche, question: Question<'_>) -> Option<Recette> {
    use Demarche as D;
    let Question { qui, cible, jour } = question;
    let choses = cible.choses(jour);
    let personne = || Recette::sur(Porte::Personne, &cible.id);
    let declaration = || {
        let named = question.si(jour.traitant(), Relation::Nomme);
        Recette::sur(Porte::Chose(named), &choses.declaration).du_jour()
    };
    // One that waits for its doctor, or one of before.
    let attente = || match jour {
        Jour::Dedans => declaration(),
        Jour::Dehors => {
            let named = question.si(&attendu(), Relation::Nomme);
            Recette::sur(Porte::Chose(named), &cible.attente)
        }
    };
    let adressage = || {
        let mut found = question.si(jour.traitant(), Relation::Auteur);
        found.extend(question.si(CARDIOLOGUE, Relation::Correspondant));
        Recette::sur(Porte::Chose(found), &choses.adressage).du_jour()
    };
    let conciliation = || Recette::sur(Porte::Personne, &choses.conciliation).du_jour();
    let to_cardiologist = json!([{ "rpps": CARDIOLOGUE }]);
    Some(match demarche {
        D::ApercuDeclaration | D::CreerDeclaration => choix(question),
        D::LireDeclaration | D::LireFormulaire => declaration(),
        D::TrouverDeclaration => {
            let named = question.si(jour.traitant(), Relation::Nomme);
            Recette::de(Porte::Chose(named)).du_jour().et("numero", &choses.numero)
        }
        D::ListerConciliationsCaisse => Recette::de(Porte::Role),
        // Those that wait: what is signed of others is of the caisse that asks, and names the same doctors.
        D::ListerDeclarationsCaisse => Recette::de(Porte::Role).requete("etat=en_attente"),
        D::ConsulterFamille => Recette::de(Porte::Carte(Vec::new())).corps(cible.cle()),
        D::SignerDeclaration => attente().corps(signature(question)).ou(&[
            "transition_interdite",
            "deja_signee",
            "patient_mineur",
        ]),
        D::RefuserDeclaration | D::AnnulerDeclaration => attente().corps(json!({})).ou(ETAT),
        D::RectifierDeclaration => declaration().corps(json!({ "motif": "autre personne" })),
        D::ContesterDeclaration => declaration().corps(json!({ "motif": "carte perdue" })).ou(ETAT),
        D::TrancherContestation => {
            let body = json!({ "retenue": false, "motif": "carte perdue" });
            let person = Acteur::Patient(cible.parle.parse().unwrap());
            let contested = (person, D::ContesterDeclaration, json!({ "motif": "carte perdue" }));
            let prealable = (jour == Jour::Dehors).then_some(contested);
            Recette { prealable, ..declaration().corps(body).ou(ETAT) }
        }
        D::RetirerMedecin => {
            let asked = declaration().corps(json!({})).ou(&["non_medecin_traitant"]);
            // From sixteen on nobody chooses in their place.
            if qui.relation() == Some(Relation::TitulaireJeune) {
                return Some(asked.sauf(RETRAIT));
            }
            asked
        }
        D::AnnulerRetrait => declaration().corps(json!({})).ou(ETAT),
        D::ListerDeclarations | D::ListerDesignations | D::ListerNeutralisations => personne(),
        D::LireMedecinTraitant => {
            personne().du_jour().requete(format!("en_vigueur_le={}", jour.date()))
        }
        D::ConsulterMedecinTraitant => {
            let mut body = cible.cle();
            body["en_vigueur_le"] = json!(jour.date());
            Recette::de(Porte::Carte(Vec::new())).du_jour().corps(body)
        }
        D::EnregistrerDepart => {
            let mut body = json!({ "patient_id": cible.id, "motif": "changement_de_lieu" });
            if let Acteur::Caisse(_) = qui.acteur {
                body["rpps"] = json!(jour.traitant());
            }
            let place = Recette::sur(Porte::Personne, &choses.designation);
            place.corps(body).ou(&["medecin_seul", "medecin_non_membre"])
        }
        D::EtablirAdressage => {
            let asked = personne().corps(json!({
                "nature": "avis_ponctuel", "correspondants": to_cardiologist,
                "etabli_le": jour.date(),
            }));
            let then = question.rpps().is_some_and(|own| own == jour.traitant());
            if then {
                asked
            } else {
                asked.sauf("seul le médecin traitant de ce jour établit un adressage")
            }
        }
        D::ListerAdressages => {
            let named = question.si(CARDIOLOGUE, Relation::Correspondant);
            Recette { porte: Porte::Chose(named), ..personne() }
        }
        D::LireAdressage => adressage(),
        D::RectifierAdressage => adressage().corps(json!({ "correspondants": to_cardiologist })),
        D::CloreAdressage => {
            let asked = adressage().corps(json!({ "motif": "soins_termines" }));
            // One of before is over.
            if jour == Jour::Dedans { asked.ou(&["champs_invalides"]) } else { asked }
        }
        D::AnnulerAdressage => adressage().corps(json!({})),
        D::RendreCompteAdressage => {
            adressage().corps(json!({ "nature": "conclusions", "soins_le": jour.date() }))
        }
        D::OuvrirConciliation => {
            personne().corps(json!({ "commune": "01004" })).ou(&["conciliation_ouverte"])
        }
        D::ListerConciliations => personne(),
        D::LireConciliation => conciliation(),
        D::ContacterConciliation => conciliation().corps(json!({ "rpps": CARDIOLOGUE })).ou(ETAT),
        D::RepondreConciliation => {
            let body = json!({ "contact_id": choses.contact, "reponse": "refus" });
            conciliation().corps(body).ou(ETAT)
        }
        D::TrouverConciliation => conciliation().corps(json!({ "rpps": MARTIN })).ou(ETAT),
        D::AbandonnerConciliation | D::CloreConciliation => {
            conciliation().corps(json!({})).ou(ETAT)
        }
        D::StatistiquesConciliations => {
            Recette::de(Porte::Role).requete("du=2025-01-01&au=2025-06-15")
        }
        _ => return None,
    })
}

/// A choice by whoever asks: of the holder of a card in one time, of a person by their id in the other.
fn choix(question: Question<'_>) -> Recette {
    let Question { cible, jour, .. } = question;
    let rpps = question.rpps().unwrap_or_else(|| MARTIN.to_owned());
    let (porte, patient) = match jour {
        Jour::Dedans => (Porte::Carte(Vec::new()), cible.cle()),
        Jour::Dehors => (Porte::Personne, json!({ "id": cible.id })),
    };
    let body = json!({ "patient": patient, "medecins": [{ "rpps": rpps }] });
    Recette::de(porte).corps(body).ou(&["medecin_non_designable"])
}

/// The signature of whoever asks, of the declaration that waits.
fn signature(question: Question<'_>) -> Value {
    let Question { qui, cible, .. } = question;
    match qui.acteur {
        Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => {
            paper("medecin", "2025-06-13", &cible.contenu)
        }
        Acteur::Medecin(_) => json!({
            "role": "medecin", "moyen": "cps", "contenu_sha256": cible.contenu,
        }),
        Acteur::Patient(_) => {
            let role = match qui.relation() {
                Some(Relation::TitulaireEnfant | Relation::TitulaireJeune) => {
                    "titulaire_autorite_parentale"
                }
                Some(Relation::Representant) => "tuteur",
                _ => "assure",
            };
            json!({ "role": role, "moyen": "franceconnect", "contenu_sha256": cible.contenu })
        }
    }
}
