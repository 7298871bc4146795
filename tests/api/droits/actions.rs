//! `actions` say what the caller can do: each one shown is done, each one not shown is refused.

use serde_json::Value;
use traitant::domain::droits::Demarche;

use super::appelants::{self, Appelant};
use super::monde::{Jour, Monde};
use super::mondes::Mondes;
use super::recettes::{adresse, recette};

/// A word of `actions`, the operation that it means, and the reading that shows it.
const ACTIONS: &[(&str, Demarche, Demarche)] = {
    use Demarche as D;
    &[
        ("signer", D::SignerDeclaration, D::LireDeclaration),
        ("refuser", D::RefuserDeclaration, D::LireDeclaration),
        ("annuler", D::AnnulerDeclaration, D::LireDeclaration),
        ("rectifier", D::RectifierDeclaration, D::LireDeclaration),
        ("retirer", D::RetirerMedecin, D::LireDeclaration),
        ("contester", D::ContesterDeclaration, D::LireDeclaration),
        ("trancher", D::TrancherContestation, D::LireDeclaration),
        ("quitter", D::EnregistrerDepart, D::ListerDesignations),
        ("rendre_compte", D::RendreCompteAdressage, D::LireAdressage),
        ("rectifier", D::RectifierAdressage, D::LireAdressage),
        ("clore", D::CloreAdressage, D::LireAdressage),
        ("annuler", D::AnnulerAdressage, D::LireAdressage),
        ("contacter", D::ContacterConciliation, D::LireConciliation),
        ("repondre", D::RepondreConciliation, D::LireConciliation),
        ("trouver", D::TrouverConciliation, D::LireConciliation),
        ("abandonner", D::AbandonnerConciliation, D::LireConciliation),
        ("clore", D::CloreConciliation, D::LireConciliation),
        ("repondre", D::RepondreRectification, D::LireRectification),
        ("changer_organisme", D::ChangerOrganisme, D::LirePatient),
        ("changer_identifiant", D::ChangerIdentifiant, D::LirePatient),
        ("rectifier_identifiant", D::RectifierIdentifiant, D::LirePatient),
        ("changer_identite", D::ChangerIdentite, D::LirePatient),
        ("rectifier_identite", D::RectifierIdentite, D::LirePatient),
        ("annuler_retrait", D::AnnulerRetrait, D::LireDeclaration),
        ("changer_adresse", D::ChangerAdresse, D::LirePatient),
        ("changer_statut", D::ChangerStatut, D::LirePatient),
        ("declarer_deces", D::DeclarerDeces, D::LirePatient),
        ("rectifier_deces", D::RectifierDeces, D::LirePatient),
        ("limiter_traitement", D::LimiterTraitement, D::LirePatient),
        ("lever_limitation", D::LeverLimitation, D::LirePatient),
        ("fusionner", D::FusionnerPatients, D::LirePatient),
        ("scinder", D::ScinderPatient, D::LirePatient),
        ("annuler", D::AnnulerFusion, D::LireFusion),
        ("resoudre", D::ResoudreConflit, D::LireConflit),
        ("terminer", D::TerminerRepresentation, D::ListerRepresentations),
        ("annuler", D::AnnulerRecouvrement, D::LireRecouvrement),
        ("annuler_changement_organisme", D::AnnulerOrganisme, D::LirePatient),
        ("annuler", D::AnnulerOperation, D::LireOperation),
        ("confirmer", D::ConfirmerOperation, D::LireOperation),
        ("appliquer", D::AppliquerReevaluation, D::LireReevaluation),
        ("executer", D::ExecuterReprise, D::LireReprise),
        ("abandonner", D::AbandonnerReprise, D::LireReprise),
    ]
};

/// The actions of a thing, as a reading shows them; `None` when the caller does not read it.
async fn shown(
    mondes: &Mondes<'_>,
    qui: &Appelant<'_>,
    lecture: Demarche,
    chemin: &[(&str, String)],
) -> Option<Vec<String>> {
    let mut path = adresse(lecture).chemin;
    let listed = path.starts_with("/v1/patients/{id}/");
    if listed {
        path = path.replace("{id}", &qui.cible.id);
    }
    for (name, value) in chemin {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    let reply = qui.appelle(&mondes.stable).get(&path).await;
    if !reply.status.is_success() {
        return None;
    }
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    let thing = match body["donnees"].as_array() {
        Some(all) => all.iter().find(|one| one["id"] == chemin[0].1)?,
        None if body["recouvrement"].is_object() => &body["recouvrement"],
        None => &body,
    };
    let words = thing["actions"].as_array().unwrap().iter();
    Some(words.map(|word| word.as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn an_action_is_shown_to_whoever_can_do_it_and_to_nobody_else() {
    let monde = Monde::commun().await;
    let mut mondes = Mondes::new(monde).await;
    let (mut wrong, mut done) = (Vec::new(), 0);
    for (word, demarche, lecture) in ACTIONS.iter().copied() {
        for qui in appelants::tous(monde) {
            for jour in [Jour::Dedans, Jour::Dehors] {
                let mut asked = recette(demarche, &qui, qui.cible, jour);
                asked.prealable = None;
                let Some(words) = shown(&mondes, &qui, lecture, &asked.chemin).await else {
                    continue;
                };
                let known = |shown: &&String| {
                    ACTIONS.iter().any(|(one, _, by)| *by == lecture && one == shown)
                        || (lecture == Demarche::ListerDesignations && *shown == "retirer")
                };
                assert_eq!(words.iter().find(|shown| !known(shown)), None, "{lecture:?}");
                let listed = words.iter().any(|one| one == word);
                let reply = mondes.ask(demarche, &qui, &asked, true).await;
                if reply.status.is_success() != listed {
                    let text = String::from_utf8_lossy(&reply.body);
                    let (nom, mot) = (qui.nom, demarche.mot());
                    wrong.push(format!(
                        "{mot} par {nom}, {jour:?} : {words:?}, {} {text}",
                        reply.status
                    ));
                }
                done += usize::from(listed);
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert!(done > 60, "{done} actions were done");
}
