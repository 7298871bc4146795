//! The table of rights, told to an auditor: `docs/DROITS.md`.

use std::fmt::Write as _;

use traitant::domain::acteur::Role;
use traitant::domain::droits::{Demarche, ENFANT, Etendue, Jeton, Ligne, Portee, Relation};
use traitant::domain::vocabulary::Vocabulaire;

const HEAD: &str = "# Droits

Écrit à partir de la table des droits du programme (`src/domain/droits/table.rs`), qui décide de chaque demande : ce fichier ne se
modifie pas à la main, et un essai échoue quand il n'est plus à jour. D'autres essais posent chaque opération par chacun de ceux qui
suivent, avec de bons et de mauvais jetons, et comparent la réponse à cette table (`tests/api/droits`).

Une opération demande d'abord un jeton, et sa portée : sans jeton valable, 401 ; sans la portée, 403 `portee_insuffisante`. Puis elle
demande ce que l'appelant est à la personne. Ce qu'aucune ligne ne donne est refusé, et ce qui est refusé n'existe pas : 404
`introuvable`, la même réponse que pour un identifiant inconnu. Un motif n'est dit (403 `role_interdit`) qu'à un rôle qui ne peut jamais
demander cela, de qui que ce soit, ou à qui peut déjà lire la même chose.

Un appelant qui est plusieurs choses à la fois voit ce que voit la plus large. Les actions que montrent les réponses viennent de la
même table.
";

/// What somebody is, and on which days, in the words of an auditor.
const fn clair(relation: Relation) -> (&'static str, &'static str) {
    match relation {
        Relation::SoiMeme => ("la personne elle-même", "tous"),
        Relation::TitulaireEnfant => (
            "qui exerce l'autorité parentale sur un enfant de moins de seize ans",
            "tant que le lien est en vigueur, jusqu'à la veille des seize ans",
        ),
        Relation::TitulaireJeune => (
            "qui exerce l'autorité parentale sur un jeune de seize ou dix-sept ans, qui choisit avec lui : les soins reçus sont le secret du jeune",
            "tant que le lien est en vigueur",
        ),
        Relation::Representant => (
            "qui représente un majeur protégé : tutelle, curatelle, habilitation familiale, mandat de protection future",
            "tant que le lien est en vigueur",
        ),
        Relation::CaisseActuelle => ("la caisse dont la personne dépend aujourd'hui", "tous"),
        Relation::AncienneCaisse => (
            "une caisse dont la personne a dépendu",
            "ceux de son temps seulement : une chose d'un autre jour n'existe pas pour elle",
        ),
        Relation::MedecinTraitant => ("un des médecins traitants d'aujourd'hui", "tous"),
        Relation::AncienMedecinTraitant => {
            ("un médecin qui fut ou sera médecin traitant, et ne l'est pas aujourd'hui", "tous")
        }
        Relation::MedecinAttendu => (
            "un médecin que nomme une déclaration en attente, déposée ou signée du côté du patient",
            "tant qu'elle attend",
        ),
        Relation::PorteurDeLaCarte => (
            "un médecin connu du registre, qui exerce et qui a la carte devant lui : numéro, date de naissance et rang",
            "le jour de la demande",
        ),
        Relation::Nomme => ("un médecin que nomme la déclaration", "tous"),
        Relation::Auteur => ("le médecin qui a établi l'adressage", "tous"),
        Relation::Correspondant => ("un médecin à qui l'adressage envoie", "tous"),
        Relation::Executant => ("le médecin qui a fait les actes de la feuille", "tous"),
        Relation::CaisseConcernee => (
            "une caisse dont le département contient tous les lieux où le médecin exerce, ou dont il suit des assurés ; d'une opération enregistrée, celle qui l'a dite, ou une dont elle touche des assurés",
            "celui où l'opération prend effet",
        ),
        Relation::CaisseDuChangement => (
            "une caisse qui donne l'identité entière d'une personne qu'elle prend en charge, ou une des deux du dernier changement de caisse",
            "le changement, pendant vingt-sept mois",
        ),
        Relation::LeMedecin => ("le médecin lui-même, de ce qu'il dit de son exercice", "tous"),
        Relation::Referentiel => ("qui tient le référentiel national des médecins", "tous"),
        Relation::Statistiques => {
            ("qui lit les statistiques de tout le registre, et ne voit personne", "tous")
        }
    }
}

const fn vu(etendue: Etendue) -> &'static str {
    match etendue {
        Etendue::Tout => "tout",
        Etendue::SesJours => {
            "ce qui est de son temps, et rien de ce qui suit : ni une adresse, ni la fin d'une période"
        }
        Etendue::Identite => {
            "qui est la personne et de quelle caisse elle dépend, sans adresse ni statut"
        }
        Etendue::CeQuiLeNomme => "ce qui nomme ce médecin, et personne venu après lui",
        Etendue::OuiOuNon => "s'il y a un médecin traitant, et si c'est lui",
    }
}

fn roles(ligne: &Ligne) -> Vec<Role> {
    let all = Role::TOUS.iter().copied();
    all.filter(|role| ligne.droits().any(|(relation, _)| relation.role() == *role)).collect()
}

fn jeton(demarche: Demarche) -> String {
    match demarche.jeton() {
        Jeton::Public => "aucun".to_owned(),
        Jeton::Jeton => "n'importe lequel".to_owned(),
        Jeton::Portee(portee) => format!("`{}`", portee.mot()),
        Jeton::PorteeOuAdministration(portee) => {
            let other = Portee::Administration.mot();
            format!("`{}`, ou `{other}` pour un agent du référentiel", portee.mot())
        }
        Jeton::PorteeOuAudit(portee) => {
            format!("`{}`, ou `{}` pour un agent d'une caisse", portee.mot(), Portee::Audit.mot())
        }
    }
}

fn operation(page: &mut String, demarche: Demarche) -> std::fmt::Result {
    let ligne = demarche.ligne();
    writeln!(page, "\n### `{}`\n\n- Jeton : {}", demarche.mot(), jeton(demarche))?;
    if ligne.est_ouverte() {
        writeln!(page, "- Qui : tout porteur d'un tel jeton ; rien n'y concerne une personne")?;
    }
    for etendue in Etendue::TOUS {
        let held = ligne.droits().filter(|(_, sees)| sees == etendue);
        let names: Vec<String> = held.map(|(one, _)| format!("`{}`", one.mot())).collect();
        if !names.is_empty() {
            writeln!(page, "- Voit `{}` : {}", etendue.mot(), names.join(", "))?;
        }
    }
    if demarche.est_parole() {
        writeln!(page, "- Refus à l'enfant lui-même : « {ENFANT} »")?;
    }
    if !ligne.condition.is_empty() {
        writeln!(page, "- À condition : {}", ligne.condition)?;
    }
    let asking = roles(&ligne);
    let never: Vec<&str> =
        Role::TOUS.iter().filter(|role| !asking.contains(role)).map(|role| role.mot()).collect();
    if !ligne.reservee.is_empty() && !never.is_empty() {
        writeln!(page, "- Refus aux rôles {} : « {} »", never.join(", "), ligne.reservee)?;
    }
    if let Some((lecture, phrase)) = ligne.sinon {
        let whom = if ligne.lisible { "" } else { ", parmi ces rôles," };
        writeln!(page, "- Refus à qui{whom} peut `{}` : « {phrase} »", lecture.mot())?;
    }
    match demarche.trace() {
        Some(trace) => writeln!(page, "- Trace : `{trace}`"),
        None => writeln!(page, "- Trace : aucune, la réponse ne montre personne"),
    }
}

fn page() -> Result<String, std::fmt::Error> {
    let mut page = HEAD.to_owned();
    page.push_str("\n## Ce que l'appelant est à la personne\n\n| Relation | Rôle | Qui | Jours |\n|---|---|---|---|\n");
    for relation in Relation::TOUS {
        let (qui, jours) = clair(*relation);
        let role = relation.role().mot();
        writeln!(page, "| `{}` | {role} | {qui} | {jours} |", relation.mot())?;
    }
    page.push_str("\n## Ce qui est vu\n\n| Étendue | Ce que c'est |\n|---|---|\n");
    for etendue in Etendue::TOUS {
        writeln!(page, "| `{}` | {} |", etendue.mot(), vu(*etendue))?;
    }
    page.push_str("\n## Opérations\n");
    for demarche in Demarche::TOUTES {
        operation(&mut page, *demarche)?;
    }
    Ok(page)
}

#[test]
fn the_page_of_rights_is_what_the_table_says() {
    let page = page().unwrap();
    let now = concat!(env!("CARGO_TARGET_TMPDIR"), "/DROITS.md");
    std::fs::write(now, &page).unwrap();
    assert_eq!(page, include_str!("../../docs/DROITS.md"), "cp {now} docs/DROITS.md");
}

#[test]
fn every_operation_is_given_to_somebody() {
    for demarche in Demarche::TOUTES {
        let ligne = demarche.ligne();
        assert!(ligne.est_ouverte() != ligne.droits().next().is_some(), "{}", demarche.mot());
    }
}
