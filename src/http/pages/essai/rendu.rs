//! « Essayer tout », as a page: who is there, what was asked and answered, what may be done next.

use serde_json::Value;

use super::super::frise::frise;
use super::super::recit::recit;
use super::super::tableaux::{instruction, liste};
use super::super::{contenu, echappe, suite};
use super::exemples::EXEMPLES;
use super::gabarit::Contexte;
use super::geste::{Etape, Geste, Vue};
use super::gestes::GESTES;
use super::jeu::{Echange, Trace};
use super::scene::Scene;
use crate::domain::calendar::en_toutes_lettres;
use crate::http::bac_a_sable::{Horloge, Liste};

/// How much of an answer is shown: of the last one, of those before.
const DERNIERE: usize = 9_000;
const AVANT: usize = 1_500;
/// How much of a request is shown.
const REQUETE: usize = 9_000;

/// What the page is made of.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) liste: &'a Liste,
    pub(super) scene: &'a Scene<'a>,
    pub(super) contexte: &'a Contexte,
    pub(super) horloge: Horloge,
}

/// A gesture that was made.
#[derive(Debug)]
pub(super) struct Fait<'a> {
    pub(super) geste: &'a Geste,
    pub(super) traces: &'a [Trace],
}

impl Page<'_> {
    /// The content of the page.
    pub(super) fn html(&self, site: &str, fait: Option<&Fait<'_>>) -> String {
        let gestes = suite(GESTES.iter().map(|(sujet, gestes)| {
            let own = gestes.iter().filter(|one| one.pour(self.scene.qui.role));
            let own = suite(own.map(|geste| self.geste(geste, fait)));
            if own.is_empty() { own } else { format!("<h3>{sujet}</h3>\n{own}") }
        }));
        format!(
            "<nav aria-label=\"Pages\"><ul><li><a href=\"/\">Bac à sable</a></li><li><a href=\"/simulateur\">Combien serai-je remboursé ?</a></li>\
             <li><a href=\"/mon-medecin-traitant\">Mon médecin traitant</a></li><li><a href=\"/docs/\">Documentation de l'API</a></li></ul></nav>\n\
             <main id=\"contenu\">\n<h1>Essayer tout</h1>\n\
             <p class=\"a-l-ecran\">Choisissez une personne et un médecin inventés, agissez comme l'un, l'autre, un parent ou une caisse. Chaque bouton est une vraie \
             requête : elle est montrée, avec son jeton et sa réponse, prête à copier.</p>\n{}{}{}\
             <h2 id=\"gestes\">Ce que peut faire {}</h2>\n{gestes}</main>",
            self.choix(),
            self.acteurs(),
            fait.map_or_else(String::new, |fait| self.fait(site, fait)),
            echappe(&self.scene.qui.nom),
        )
    }

    /// The person and the doctor.
    fn choix(&self) -> String {
        let Self { liste, scene, horloge, .. } = self;
        let patients = suite(liste.patients.iter().map(|one| {
            let key = one.prenom.to_lowercase();
            let said = format!("{} {} — {}", one.prenom, one.nom, one.sert_a);
            option(&key, &said, one.patient_id == scene.personne.patient_id)
        }));
        let medecins = suite(liste.medecins.iter().map(|one| {
            let said = format!("{} {} — {}", one.prenom, one.nom, one.sert_a);
            option(&one.rpps, &said, one.rpps == scene.medecin.rpps)
        }));
        format!(
            "<form method=\"get\" action=\"/bac-a-sable\" class=\"choix\"><input type=\"hidden\" name=\"qui\" value=\"{}\">\n\
             <label for=\"personne\">La personne</label>\n<select id=\"personne\" name=\"personne\">\n{patients}</select>\n\
             <label for=\"medecin\">Le médecin</label>\n<select id=\"medecin\" name=\"medecin\">\n{medecins}</select>\n\
             <button>Choisir</button></form>\n\
             <p><strong>{}</strong> : {}. <strong>Dr {} {}</strong> : {}. \
             Le bac à sable est au <time datetime=\"{}\">{}</time>.</p>\n",
            echappe(&scene.qui.mot),
            echappe(&scene.personne.prenom),
            echappe(&scene.personne.sert_a),
            echappe(&scene.medecin.prenom),
            echappe(&scene.medecin.nom),
            echappe(&scene.medecin.sert_a),
            horloge.jour,
            en_toutes_lettres(horloge.jour),
        )
    }

    /// Whoever may act.
    fn acteurs(&self) -> String {
        let link = |one: &super::scene::Acteur| {
            let current = if one.mot == self.scene.qui.mot { " aria-current=\"true\"" } else { "" };
            format!(
                "<li><a href=\"{}\"{current}>{}</a></li>\n",
                echappe(&self.scene.adresse("qui", &one.mot)),
                echappe(&one.nom)
            )
        };
        let (others, first): (Vec<_>, Vec<_>) =
            self.scene.acteurs.iter().partition(|one| one.mot.starts_with("caisse-"));
        let open =
            if others.iter().any(|one| one.mot == self.scene.qui.mot) { " open" } else { "" };
        format!(
            "<nav class=\"acteurs\" aria-label=\"Agir comme\"><span>Agir comme</span><ul>\n{}</ul>\n\
             <details{open}><summary>Une autre caisse</summary><ul>\n{}</ul></details></nav>\n",
            suite(first.into_iter().map(link)),
            suite(others.into_iter().map(link))
        )
    }

    /// A gesture: one button, or its form.
    fn geste(&self, geste: &Geste, fait: Option<&Fait<'_>>) -> String {
        let made = fait.is_some_and(|fait| fait.geste.cle == geste.cle);
        let action = echappe(&format!("{}#reponse", self.scene.adresse("cle", self.scene.cle)));
        let aide = match geste.aide {
            "" => String::new(),
            aide => format!("<p class=\"aide\">{}</p>\n", echappe(aide)),
        };
        let begins = format!("<form method=\"post\" action=\"{action}\">");
        let asks = echappe(&demandes(geste));
        if geste.champs.is_empty() {
            return format!(
                "<div class=\"geste\">{begins}<button name=\"geste\" value=\"{}\">{}</button></form>\n\
                 <p class=\"aide\"><code>{asks}</code></p>{aide}</div>\n",
                geste.cle,
                echappe(geste.titre)
            );
        }
        let champs = suite(geste.champs.iter().map(|champ| {
            let value = match champ.nom {
                "corps" if !made => self.corps(geste),
                nom => self.contexte.mot(nom),
            };
            champ.html(&format!("{}-", geste.cle), Some(&value), None)
        }));
        let is_feuille = geste.cle == "feuille";
        let examples = if is_feuille { self.exemples() } else { String::new() };
        let open = made || is_feuille && self.scene.exemple_choisi;
        let open = if open { " open" } else { "" };
        format!(
            "<details class=\"geste\" id=\"g-{cle}\"{open}><summary>{titre}</summary>\n{aide}{examples}{begins}\n{champs}\
             <button name=\"geste\" value=\"{cle}\" aria-label=\"Envoyer : {titre}\">Envoyer</button></form>\n\
             <p class=\"aide\"><code>{asks}</code></p></details>\n",
            cle = geste.cle,
            titre = echappe(geste.titre)
        )
    }

    /// The body that a form begins with.
    fn corps(&self, geste: &Geste) -> String {
        let ready = self.contexte.valeur("feuille").filter(|_| geste.cle == "feuille");
        ready.and_then(|ready| serde_json::to_string_pretty(ready).ok()).unwrap_or_default()
    }

    fn exemples(&self) -> String {
        let links = suite(EXEMPLES.iter().map(|(cle, titre, _)| {
            let current = if *cle == self.scene.exemple { " aria-current=\"true\"" } else { "" };
            let link = echappe(&self.scene.adresse("exemple", cle));
            format!("<li><a href=\"{link}#g-feuille\"{current}>{}</a></li>\n", echappe(titre))
        }));
        format!("<nav aria-label=\"Exemples de feuilles\"><ul>\n{links}</ul></nav>\n")
    }

    /// What was asked and answered, the last answer first as a person reads it.
    fn fait(&self, site: &str, fait: &Fait<'_>) -> String {
        let last = fait.traces.iter().rev().find_map(|trace| match trace {
            Trace::Echange(echange) => Some(echange),
            Trace::Signature { .. } | Trace::Arret(_) => None,
        });
        let shown = last.map(|last| self.vue(fait.geste.vue, last)).unwrap_or_default();
        let end = fait.traces.len();
        let steps = suite(fait.traces.iter().enumerate().map(|(index, trace)| {
            let number = index.saturating_add(1);
            match trace {
                Trace::Echange(echange) => pas(echange, number, number == end, site),
                Trace::Signature { commande, role, moyen } => format!(
                    "<li><h3>{number}. Signature hors de l'API : {} ({moyen})</h3>\n\
                     <p>La carte ou le compte signe ce contenu ; dans un terminal, la preuve est donnée par :</p>\n\
                     <pre class=\"a-copier\" tabindex=\"0\"><code>{}</code></pre></li>\n",
                    echappe(role),
                    contenu(commande)
                ),
                Trace::Arret(why) => {
                    format!("<li><h3>{number}. Rien de plus n'a été demandé</h3>\n<p>{}</p></li>\n", echappe(why))
                }
            }
        }));
        format!(
            "<section class=\"reponse\" id=\"reponse\" aria-labelledby=\"reponse-titre\">\n<h2 id=\"reponse-titre\">{}, par {}</h2>\n\
             {shown}<ol class=\"pas\">\n{steps}</ol>\n<p class=\"a-l-ecran\"><a href=\"#gestes\">Continuer</a></p></section>\n",
            echappe(fait.geste.titre),
            echappe(&self.scene.qui.nom),
        )
    }

    /// An answer as a person reads it.
    fn vue(&self, vue: Vue, last: &Echange) -> String {
        let document = &last.document;
        if !(200..300).contains(&last.statut) {
            let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
            return format!(
                "<p class=\"erreur\">Refusé : {} {}</p>\n",
                echappe(text("title")),
                echappe(text("detail"))
            );
        }
        match vue {
            Vue::Json => document.get("phrase").and_then(Value::as_str).map_or_else(
                || "<p>C'est fait.</p>\n".to_owned(),
                |phrase| format!("<p>{}</p>\n", echappe(phrase)),
            ),
            Vue::Frise => frise(document, &|rpps| self.medecin(rpps)),
            Vue::Explication => {
                let all = document.get("evaluations").and_then(Value::as_array);
                recit(all.and_then(|all| all.last()).unwrap_or(document), 3)
            }
            Vue::Instruction => instruction(document),
            Vue::Liste(colonnes) => liste(document, colonnes),
        }
    }

    /// A doctor of the sandbox, by name.
    fn medecin(&self, rpps: &str) -> String {
        let found = self.liste.medecins.iter().find(|one| one.rpps == rpps);
        found.map_or_else(|| rpps.to_owned(), |one| format!("{} {}", one.prenom, one.nom))
    }
}

/// The requests of a gesture, as the table has them.
fn demandes(geste: &Geste) -> String {
    let asked = geste.etapes.iter().filter_map(|etape| match etape {
        Etape::Lire(chemin) => Some(format!("GET {chemin}")),
        Etape::Demander(chemin, _) | Etape::Creer(chemin, _) | Etape::Agir(chemin, _) => {
            Some(format!("POST {chemin}"))
        }
        Etape::Envoyer(methode, chemin) => Some(format!("{methode} {chemin}")),
        Etape::Choisir(_) | Etape::Dernier | Etape::Garder(..) | Etape::Signer(..) => None,
    });
    asked.collect::<Vec<_>>().join(" → ")
}

/// One request and its answer; those before the last one are folded.
fn pas(echange: &Echange, number: usize, last: bool, site: &str) -> String {
    let Echange { requete, statut, raison, etag, texte, .. } = echange;
    let path = requete.chemin.split('?').next().unwrap_or_default();
    let version = etag
        .as_deref()
        .map_or_else(String::new, |etag| format!(" ; version <code>{}</code>", echappe(etag)));
    let (open, limit) = if last { (" open", DERNIERE) } else { ("", AVANT) };
    format!(
        "<li><h3>{number}. {} {} : {statut} {raison}</h3>\n\
         <details{open}><summary>La requête</summary><pre class=\"a-copier\" tabindex=\"0\"><code>{}</code></pre></details>\n\
         <details{open}><summary>La réponse : {statut} {raison}{version}</summary><pre class=\"a-copier\" tabindex=\"0\"><code>{}</code></pre></details></li>\n",
        requete.methode,
        echappe(path),
        contenu(&coupe(&requete.curl(site), REQUETE)),
        contenu(&coupe(texte, limit))
    )
}

/// The beginning of a long text.
fn coupe(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!(
            "{}\n… La suite est coupée ici ; la requête la donne entière.",
            text.get(..end).unwrap_or_default()
        ),
    }
}

fn option(value: &str, said: &str, chosen: bool) -> String {
    let chosen = if chosen { " selected" } else { "" };
    format!("<option value=\"{}\"{chosen}>{}</option>\n", echappe(value), echappe(said))
}
