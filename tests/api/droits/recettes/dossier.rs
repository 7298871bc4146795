//! Persons: who they are, on which caisse they depend, who represents them, who looked.

use serde_json::{Value, json};
use traitant::domain::acteur::{Acteur, Caisse};
use traitant::domain::droits::{Demarche, Relation};
use traitant::domain::identifiers::Organisme;

use super::super::monde::{ACTUELLE, ANCIENNE, Jour, nir};
use super::{Porte, Question, Recette};
use crate::support::vie::organisme;

/// A day after everything that was recorded.
const HIER: &str = "2025-06-15";

pub(super) fn recette(demarche: Demarche, question: Question<'_>) -> Option<Recette> {
    use Demarche as D;
    let Question { qui, cible, jour } = question;
    let choses = cible.choses(jour);
    let personne = || Recette::sur(Porte::Personne, &cible.id);
    let numero = json!({ "type": "nir", "valeur": nir("1720301001997") });
    Some(match demarche {
        D::LireMoi | D::ListerAcces | D::ListerProches | D::ListerAffilies | D::ListerFusions => {
            Recette::de(Porte::Role)
        }
        D::RechercherParTraits => Recette::de(Porte::Role).corps(json!({
            "nom": "ESSAI-MONDE", "prenom": "LOUISON", "date_naissance": cible.naissance,
        })),
        D::EnregistrerPatient => Recette::de(Porte::Role).corps(inconnu(qui.caisse())),
        D::LireCourrier => personne().et("nature", "seize_ans").ou(&["transition_interdite"]),
        D::LirePatient | D::ListerAccesPatient | D::ExporterDossier => personne(),
        D::ListerRepresentations => personne(),
        D::RechercherPatient => Recette::de(Porte::Carte(Vec::new())).corps(cible.cle()),
        D::ChangerOrganisme => {
            let body = json!({ "organisme": organisme("029150000"), "effet_du": HIER });
            personne().corps(body)
        }
        D::AnnulerOrganisme => {
            let own = [ANCIENNE, ACTUELLE]
                .map(|code| question.si_caisse(code, Relation::CaisseDuChangement));
            let asked = Recette::sur(Porte::Chose(own.concat()), &cible.id);
            asked.corps(json!({ "motif": "erreur_de_saisie" }))
        }
        D::EnregistrerMutation => {
            // The whole identity, or one that is not theirs.
            let (porte, nom) = match jour {
                Jour::Dedans => (Porte::Rien, "ESSAI-AUTRE"),
                Jour::Dehors => (Porte::Chose(vec![Relation::CaisseDuChangement]), "ESSAI-MONDE"),
            };
            Recette::de(porte).ou(&["patient_existant"]).corps(json!({
                "identifiant": { "type": "nir", "valeur": cible.numero },
                "nom": nom, "prenom": "LOUISON", "date_naissance": cible.naissance,
                "organisme": organisme(qui.caisse()), "affilie_du": "2025-06-16",
            }))
        }
        D::ChangerStatut => {
            personne().corps(json!({ "statut": "hors_de_france", "effet_du": HIER }))
        }
        D::ChangerIdentifiant => {
            personne().corps(json!({ "identifiant": numero, "effet_du": HIER }))
        }
        D::RectifierIdentifiant => {
            personne().corps(json!({ "identifiant": numero, "motif": "erreur_de_saisie" }))
        }
        D::ChangerIdentite => personne().corps(json!({ "nom": "ESSAI-AUTRE", "effet_du": HIER })),
        D::RectifierIdentite => {
            personne().corps(json!({ "prenom": "AUTRE", "motif": "erreur_de_saisie" }))
        }
        D::ChangerAdresse => personne().corps(json!({
            "voie": "1 rue d'Ailleurs", "code_postal": "01000", "localite": "Bourg-en-Bresse",
            "effet_du": HIER,
        })),
        D::DeclarerDeces => personne().corps(json!({ "jour": HIER, "source": "etat_civil" })),
        D::LimiterTraitement => personne().corps(json!({ "motif": "opposition" })),
        D::LeverLimitation => {
            let caisse = Acteur::Caisse(Caisse::of(Organisme::parse(ACTUELLE).unwrap()));
            let prealable = Some((caisse, D::LimiterTraitement, json!({ "motif": "opposition" })));
            Recette { prealable, ..personne().corps(json!({ "personne_informee_le": HIER })) }
        }
        D::RectifierDeces => {
            let death = json!({ "jour": HIER, "source": "etat_civil" });
            let body = json!({ "annule": true, "motif": "usurpation" });
            let caisse = Acteur::Caisse(Caisse::of(Organisme::parse(ACTUELLE).unwrap()));
            let prealable = Some((caisse, D::DeclarerDeces, death));
            Recette { prealable, ..personne().corps(body) }
        }
        D::DemanderRectification => {
            personne().corps(json!({ "objet": "adresse", "demande": "4 et non 14" }))
        }
        D::ListerRectifications => personne(),
        D::LireRectification => Recette::sur(Porte::Personne, &cible.rectification),
        D::RepondreRectification => {
            Recette::sur(Porte::Personne, &cible.rectification).corps(json!({ "issue": "faite" }))
        }
        D::ApercuFusion => personne().corps(json!({ "absorbe_id": cible.double })),
        D::FusionnerPatients => personne().corps(json!({
            "absorbe_id": cible.double, "absorbe_version": 1, "motif": "doublon",
        })),
        D::LireFusion => Recette::sur(Porte::Personne, &cible.fusion),
        D::AnnulerFusion => {
            Recette::sur(Porte::Personne, &cible.fusion).corps(json!({ "motif": "collision" }))
        }
        D::ScinderPatient => personne().corps(json!({
            "patient": inconnu(qui.caisse()), "declarations": [cible.dehors.declaration],
            "feuilles": [], "motif": "collision",
        })),
        D::ListerConflits => Recette::de(Porte::Role),
        D::LireConflit => Recette::sur(Porte::Personne, &cible.conflit),
        D::ResoudreConflit => Recette::sur(Porte::Personne, &cible.conflit)
            .corps(json!({ "declaration_id": cible.retenue })),
        D::EnregistrerRepresentation => personne().corps(json!({
            "representant": { "nom": "ESSAI-MERCIER", "prenom": "LOU" },
            // Under tutelle already: an adult has one kind of protection.
            "nature": if cible.nom == "protege" { "tutelle" } else { "curatelle" },
            "preuve": "decision_de_justice", "effet_du": HIER,
        })),
        D::TerminerRepresentation => Recette::sur(Porte::Personne, &choses.representation)
            .du_jour()
            .corps(json!({ "motif": "erreur_de_saisie" })),
        _ => return None,
    })
}

/// Somebody whom no caisse knows yet.
fn inconnu(caisse: &str) -> Value {
    json!({
        "identifiant": { "type": "nir", "valeur": nir("1860213055997") },
        "nom": "ESSAI-LECA", "prenom": "ANGE", "date_naissance": "1986-02-11",
        "organisme": organisme(caisse), "affilie_du": "2012-09-01",
    })
}
