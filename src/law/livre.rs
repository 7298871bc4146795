//! The law as people read it: the values and rules of a day, what differs between two days, and the
//! rule book.

use chrono::NaiveDate;

use super::bareme::Bareme;
use super::nomenclature::{Ligne, table};
use super::parameters::{Historique, Origine, Parametre, Unite, ValeurDatee};
use super::references::{REFERENCES, Reference, Texte, Verification};
use super::rule::{Fiche, Rang};
use super::rules::REGISTRY;
use super::situation::DateDesSoins;
use super::{Law, LawError};
use crate::domain::calendar::veille;
use crate::domain::evaluation::Theme;
use crate::domain::money::{Centimes, Taux};
use crate::domain::vocabulary::Vocabulaire;

/// A parameter on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParametreDuJour {
    pub parametre: Parametre,
    /// What a jurist would call it.
    pub libelle: String,
    pub unite: Unite,
    /// Its value, or none when the sources leave it unknown.
    pub valeur: Option<i64>,
    /// The value in words, with its unit.
    pub en_clair: Option<String>,
    /// First day of this value.
    pub du: NaiveDate,
    /// Last day of this value, included, if it has one.
    pub au: Option<NaiveDate>,
    pub bases: Vec<Texte>,
    /// Doubts.
    pub note: Option<String>,
    /// Last day somebody looked whether it changed.
    pub verifie_le: NaiveDate,
    /// Last day of care for which it was verified.
    pub verifie_jusqu_au: NaiveDate,
    /// Who says so.
    pub verifie_par: Origine,
    /// Who gives the value.
    pub origine: Origine,
}

/// The law of a day of care.
#[derive(Debug, Clone)]
pub struct LoiDuJour {
    /// First day on which the law is exactly this one.
    pub du: NaiveDate,
    /// Last such day, included.
    pub au: Option<NaiveDate>,
    /// Parameters that have a value, even unknown, on that day.
    pub parametres: Vec<ParametreDuJour>,
    /// Rules of that day, by code.
    pub regles: Vec<&'static Fiche>,
    /// Prices of that day, by letter.
    pub tarifs: Vec<&'static Ligne>,
}

/// What differs between the laws of two days.
#[derive(Debug, Clone)]
pub struct Comparaison {
    /// Parameters whose value changes, before and after; none where it does not exist.
    pub parametres: Vec<(Option<ParametreDuJour>, Option<ParametreDuJour>)>,
    /// Rules that only the second day has.
    pub regles_nouvelles: Vec<&'static Fiche>,
    /// Rules that only the first day has.
    pub regles_disparues: Vec<&'static Fiche>,
}

impl Law {
    /// The law of a day, as people read it.
    pub fn du_jour(&self, jour: NaiveDate) -> Result<LoiDuJour, LawError> {
        let bareme = self.bareme_du(DateDesSoins::new(jour))?;
        let parametres = self
            .parametres()
            .iter()
            .filter_map(|(parametre, historique)| {
                Some(of_day(parametre, historique, historique.en_vigueur(jour)?))
            })
            .collect();
        Ok(LoiDuJour {
            du: bareme.periode().du(),
            au: bareme.periode().au().and_then(veille),
            parametres,
            regles: sheets(bareme),
            tarifs: table().lignes.iter().filter(|ligne| ligne.en_vigueur(jour)).collect(),
        })
    }

    /// A parameter on a day, covered or not.
    pub fn parametre_du(&self, parametre: Parametre, jour: NaiveDate) -> Option<ParametreDuJour> {
        let historique = self.parametres().get(parametre)?;
        historique.en_vigueur(jour).map(|valeur| of_day(parametre, historique, valeur))
    }

    /// What differs between the laws of two days.
    pub fn comparer(&self, du: NaiveDate, au: NaiveDate) -> Result<Comparaison, LawError> {
        let (before, after) = (self.du_jour(du)?, self.du_jour(au)?);
        let find = |law: &LoiDuJour, parametre: Parametre| {
            law.parametres.iter().find(|known| known.parametre == parametre).cloned()
        };
        let parametres = Parametre::TOUS
            .iter()
            .map(|parametre| (find(&before, *parametre), find(&after, *parametre)))
            .filter(|(one, other)| {
                one.as_ref().map(|known| known.valeur) != other.as_ref().map(|known| known.valeur)
            })
            .collect();
        let only = |one: &LoiDuJour, other: &LoiDuJour| -> Vec<&'static Fiche> {
            let known = |code| other.regles.iter().any(|fiche| fiche.code == code);
            one.regles.iter().filter(|fiche| !known(fiche.code)).copied().collect()
        };
        Ok(Comparaison {
            parametres,
            regles_nouvelles: only(&after, &before),
            regles_disparues: only(&before, &after),
        })
    }

    /// The rule book, in Markdown: every rule and every value, with their texts.
    pub fn livre(&self) -> String {
        let mut book = String::from(HEAD);
        for theme in Theme::TOUS {
            section(&mut book, *theme);
        }
        book.push_str("## Paramètres\n");
        for (parametre, historique) in self.parametres().iter() {
            chapter(&mut book, parametre, historique);
        }
        super::nomenclature::page(&mut book);
        self.inconnues(&mut book);
        book.push_str("\n## Textes\n\n| Clé | Texte | Objet | Vérification |\n|---|---|---|---|\n");
        for texte in self.textes() {
            let state = match &texte.verification {
                Verification::Lue(jour) => format!("lu le {jour}"),
                Verification::AVerifier => "à vérifier".to_owned(),
            };
            line(
                &mut book,
                &format!("| {} | {} | {} | {state} |", texte.cle, texte.citation, texte.objet),
            );
        }
        book
    }

    /// The texts of the program, then those that only additions cite.
    fn textes(&self) -> Vec<&Reference> {
        let mut all: Vec<&Reference> = REFERENCES.iter().collect();
        for (_, historique) in self.parametres().iter() {
            for texte in historique.valeurs.iter().flat_map(|valeur| &valeur.bases) {
                if !all.contains(&texte.as_ref()) {
                    all.push(texte);
                }
            }
        }
        all
    }

    /// Every value that the sources leave unknown, by day.
    fn inconnues(&self, book: &mut String) {
        let mut unknown: Vec<(Parametre, &ValeurDatee)> = Vec::new();
        for (parametre, historique) in self.parametres().iter() {
            let without = historique.valeurs.iter().filter(|one| one.valeur.is_none());
            unknown.extend(without.map(|one| (parametre, one)));
        }
        unknown.sort_by_key(|(_, one)| one.periode.du());
        line(book, INCONNUES);
        for (parametre, one) in unknown {
            let note = one.note.as_deref().unwrap_or_default();
            let note = note.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
            let (du, au) = (one.periode.du(), dernier_jour(one));
            line(book, &format!("| {du} | {au} | {} | {note} |", parametre.mot()));
        }
    }
}

const HEAD: &str = "# Livre des règles

Écrit par `traitant regles` à partir des règles et des valeurs du programme : ce fichier ne se modifie pas à la main.

Pour chaque thème, la règle de principe s'applique, sauf si une exception de ce thème s'applique aussi ; entre deux
exceptions, la plus forte l'emporte. Chaque règle dit quels faits elle lit. Le jour des soins choisit les règles et les valeurs.

## Limites

- La franchise médicale sur les actes des auxiliaires médicaux n'est pas calculée : 0,50 € par acte depuis le 1er janvier 2008,
  1 € depuis le 31 mars 2024, sauf pour les mineurs au 1er janvier, la complémentaire santé solidaire, l'aide médicale de l'État et
  la maternité à partir du sixième mois (articles L160-13 et L160-15 du Code de la sécurité sociale). Son plafond de l'année compte
  aussi les médicaments et les transports, que ce service ne connaît pas. L'avertissement `franchise_non_comptee` dit quand la
  caisse peut encore la retenir.

";

const INCONNUES: &str = "
## Ce qui reste inconnu

Ce que les sources ne donnent pas : une réponse qui en a besoin est refusée avec le nom du paramètre, jamais devinée ;
un contrôle qui en a besoin ne compare rien.

| Du | Au | Paramètre | Ce que l'on sait |
|---|---|---|---|";

fn line(book: &mut String, text: &str) {
    book.push_str(text);
    book.push('\n');
}

/// What a theme decides, in French.
pub(super) const fn titre(theme: Theme) -> &'static str {
    match theme {
        Theme::Parcours => "Parcours de soins",
        Theme::Taux => "Taux de remboursement",
        Theme::Majoration => "Majoration du ticket modérateur",
        Theme::Participation => "Participation forfaitaire",
        Theme::Complementaire => "Assurance complémentaire",
        Theme::Depassement => "Dépassements et actes non remboursés",
    }
}

fn section(book: &mut String, theme: Theme) {
    line(book, &format!("## {}\n", titre(theme)));
    let mut fiches: Vec<&Fiche> = REGISTRY
        .iter()
        .map(|regle| &regle.fiche)
        .filter(|fiche| fiche.code.theme == theme)
        .collect();
    fiches.sort_by_key(|fiche| fiche.code);
    for fiche in fiches {
        line(book, &format!("### {} {}\n", fiche.code, fiche.titre));
        line(book, &format!("> {}\n", fiche.phrase));
        line(book, &format!("- Rang : {}", rang(fiche.rang)));
        line(book, &format!("- Période : {}", periode(fiche)));
        let citations: Vec<&str> = fiche.textes().map(|texte| texte.citation.as_ref()).collect();
        line(book, &format!("- Textes : {}", citations.join(" ; ")));
        let faits: Vec<&str> = fiche.faits.iter().map(|fait| fait.mot()).collect();
        line(book, &format!("- Faits lus : {}", faits.join(", ")));
        if !fiche.parametres.is_empty() {
            let names: Vec<String> =
                fiche.parametres.iter().map(|known| format!("`{}`", known.mot())).collect();
            line(book, &format!("- Paramètres : {}", names.join(", ")));
        }
        book.push('\n');
    }
}

fn chapter(book: &mut String, parametre: Parametre, historique: &Historique) {
    line(book, &format!("\n### {}\n", parametre.mot()));
    let Historique { libelle, verifie_le, verifie_jusqu_au, .. } = historique;
    let verified = format!("Vérifié le {verifie_le}, pour des soins jusqu'au {verifie_jusqu_au}");
    line(book, &format!("{libelle}. {verified}{}.\n", selon(&historique.verifie_par)));
    line(book, "| Du | Au | Valeur | Textes |\n|---|---|---|---|");
    for valeur in &historique.valeurs {
        let known = of_day(parametre, historique, valeur);
        let worth = known.en_clair.as_deref().unwrap_or("inconnue");
        let worth = if valeur.discutee { format!("{worth} (discutée)") } else { worth.to_owned() };
        let texts: Vec<&str> = known.bases.iter().map(|base| base.cle.as_ref()).collect();
        let (last, source) = (dernier_jour(valeur), selon(&known.origine));
        let row = format!("| {} | {last} | {worth}{source} | {} |", known.du, texts.join(", "));
        line(book, &row);
    }
    for note in historique.valeurs.iter().filter_map(|valeur| valeur.note.as_deref()) {
        line(book, &format!("\n{}", note.trim()));
    }
}

/// The file that says something, when it is not the program.
fn selon(origine: &Origine) -> String {
    origine.fichier().map_or_else(String::new, |fichier| format!(" (selon {fichier})"))
}

/// The last day of a value, or nothing.
fn dernier_jour(valeur: &ValeurDatee) -> String {
    valeur.periode.au().and_then(veille).map_or_else(String::new, |last| last.to_string())
}

/// Place of a rule, in French.
pub fn rang(rang: Rang) -> String {
    match rang {
        Rang::Principe => "principe".to_owned(),
        Rang::Exception { priorite } => format!("exception de force {priorite}"),
        Rang::Montant => "explique un montant".to_owned(),
    }
}

fn periode(fiche: &Fiche) -> String {
    let bounds = fiche.periode().map(|period| {
        let start = fiche.periode.0.map(|_| period.du());
        (start, period.au().and_then(veille))
    });
    match bounds {
        Some((Some(du), Some(au))) => format!("du {du} au {au}"),
        Some((Some(du), None)) => format!("depuis le {du}"),
        Some((None, Some(au))) => format!("jusqu'au {au}"),
        Some((None, None)) | None => "toute la période couverte".to_owned(),
    }
}

fn of_day(parametre: Parametre, historique: &Historique, valeur: &ValeurDatee) -> ParametreDuJour {
    ParametreDuJour {
        parametre,
        libelle: historique.libelle.clone(),
        unite: historique.unite,
        valeur: valeur.valeur,
        en_clair: valeur.valeur.map(|value| in_words(historique.unite, value)),
        du: valeur.periode.du(),
        au: valeur.periode.au().and_then(veille),
        bases: valeur.bases.clone(),
        note: valeur.note.clone(),
        verifie_le: historique.verifie_le,
        verifie_jusqu_au: historique.verifie_jusqu_au,
        verifie_par: historique.verifie_par.clone(),
        origine: valeur.origine.clone(),
    }
}

/// A value in French, with its unit.
pub fn in_words(unite: Unite, value: i64) -> String {
    let counted = |one: &str, many: &str| {
        format!("{value}\u{a0}{}", if value.abs() < 2 { one } else { many })
    };
    match unite {
        Unite::Ans => counted("an", "ans"),
        Unite::Mois => counted("mois", "mois"),
        Unite::Jours => counted("jour", "jours"),
        Unite::Heures => counted("heure", "heures"),
        Unite::Nombre => value.to_string(),
        Unite::Centimes => Centimes::new(value).in_words(),
        Unite::DixMilliemes => Taux::new(value).map_or_else(|| value.to_string(), Taux::in_words),
        Unite::PourCent => format!("{value}\u{a0}%"),
        Unite::OuiNon => (if value == 0 { "non" } else { "oui" }).to_owned(),
    }
}

fn sheets(bareme: &Bareme) -> Vec<&'static Fiche> {
    let mut fiches: Vec<&'static Fiche> =
        bareme.regles().iter().map(|regle| &regle.fiche).collect();
    fiches.sort_by_key(|fiche| fiche.code);
    fiches
}
