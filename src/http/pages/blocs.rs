//! The blocks of the dashboard: a table, its chart, and each of its numbers.

use chrono::{Datelike, NaiveDate};

use super::graphes::{Barre, barres};
use super::tableau_de_bord::ANNEES;
use super::{echappe, suite};
use crate::domain::identifiers::Specialite;
use crate::domain::money::{Centimes, write_milliers};
use crate::domain::statistiques::{
    Axe, Chiffre, Indicateur as I, Methode, SEUIL, Tableau, Unite, Valeur,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::statistiques::{Demande, Statistique};

/// What is shown of a table: as it is over the years, or broken down on the day, and the figure of the chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bloc {
    tableau: Tableau,
    axe: Option<Axe>,
    figure: I,
}

const fn over_years(tableau: Tableau, figure: I) -> Bloc {
    Bloc { tableau, axe: None, figure }
}

const fn by(tableau: Tableau, axe: Axe, figure: I) -> Bloc {
    Bloc { tableau, axe: Some(axe), figure }
}

/// Every block, in the order of the page: a table over the years comes before its classes.
pub(super) const BLOCS: [Bloc; 18] = [
    over_years(Tableau::Designation, I::TauxDesignation),
    by(Tableau::Designation, Axe::Age, I::TauxDesignation),
    over_years(Tableau::Consultations, I::TauxParcours),
    by(Tableau::Consultations, Axe::Specialite, I::PartHorsToutes),
    over_years(Tableau::Majorations, I::MontantMajorations),
    by(Tableau::Majorations, Axe::Situation, I::MontantMajorations),
    over_years(Tableau::Supplements, I::TotalCorrespondants),
    over_years(Tableau::Financement, I::ChargeMenages),
    by(Tableau::Financement, Axe::Poste, I::ChargeMenages),
    over_years(Tableau::Forfait, I::ForfaitDesignants),
    over_years(Tableau::Changements, I::TauxChangement),
    by(Tableau::Changements, Axe::Motif, I::NombreChangements),
    over_years(Tableau::Indicateurs, I::PartNonRemplies),
    over_years(Tableau::Conciliations, I::ConciliationsTerminees),
    by(Tableau::Conciliations, Axe::Issue, I::ConciliationsTerminees),
    over_years(Tableau::Depenses, I::PartPatients),
    by(Tableau::Depenses, Axe::Age, I::ResteACharge),
    by(Tableau::Depenses, Axe::Regime, I::ResteACharge),
];

impl Bloc {
    /// What is read for it.
    pub(super) const fn demande(self, jour: NaiveDate, methode: Methode) -> Demande {
        let annees = if self.axe.is_none() { ANNEES } else { 1 };
        Demande { tableau: self.tableau, jour, annees, methode, axe: self.axe, connu_le: None }
    }

    /// How its file is asked for.
    fn fichier(self, invente: bool) -> String {
        let axe = self.axe.map(|axe| format!(".{}", axe.mot())).unwrap_or_default();
        let own = if invente { ".exemple" } else { "" };
        format!("{}{axe}{own}", self.tableau.mot())
    }
}

/// A table as a file: which one, and whether its numbers are invented.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fichier {
    pub(super) bloc: Bloc,
    pub(super) invente: bool,
}

impl Fichier {
    /// Reads what [`Bloc::fichier`] wrote, or the word of a table.
    pub(super) fn lit(mot: &str) -> Option<Self> {
        let mut written = BLOCS
            .iter()
            .flat_map(|bloc| [false, true].map(|invente| Self { bloc: *bloc, invente }));
        written.find(|one| one.bloc.fichier(one.invente) == mot)
    }
}

/// What is said of numbers that are not told.
pub(super) fn secretes() -> String {
    format!(
        "un nombre de 1 à {} n'est pas dit (« secret »), ni ceux qui le rendraient",
        SEUIL.saturating_sub(1)
    )
}

/// A row of a block: its name, its day or its class, and its figures.
struct Rang<'a> {
    nom: String,
    chiffres: &'a [Chiffre],
}

/// A block.
pub(super) fn bloc(found: &Statistique, shown: Bloc, inventes: bool) -> String {
    let demande = &found.demande;
    let tableau = demande.tableau;
    let rangs = rangs(found);
    let id = demande
        .axe
        .map_or_else(|| tableau.mot().to_owned(), |axe| format!("{}-{}", tableau.mot(), axe.mot()));
    let heading = demande.axe.map_or_else(
        || format!("<h2 id=\"{id}\">{}</h2>", echappe(tableau.titre())),
        |axe| {
            format!(
                "<h3 id=\"{id}\">{}, {}</h3>",
                echappe(shown.figure.definition().libelle),
                selon(axe)
            )
        },
    );
    let definition = shown.figure.definition();
    let bars: Vec<Barre> = rangs
        .iter()
        .filter_map(|rang| {
            let one = rang.chiffres.iter().find(|one| one.indicateur == shown.figure)?;
            let nom = rang.nom.clone();
            let (longueur, dit) = (one.valeur.nombre(), dit(one.valeur));
            Some(Barre { nom, longueur, dit })
        })
        .collect();
    let entier = (definition.unite == Unite::DixMilliemes).then_some(10_000);
    let name = demande.axe.map_or_else(
        || definition.libelle.to_owned(),
        |axe| format!("{}, {}", definition.libelle, selon(axe)),
    );
    // Few figures stand beside their chart, many under it.
    let few = rangs.iter().all(|rang| rang.chiffres.len() <= 5);
    let beside = if few { "cote" } else { "dessous" };
    let chart = if bars.is_empty() {
        String::new()
    } else {
        barres(&format!("g-{id}"), &name, &bars, entier)
    };
    format!(
        "<section aria-labelledby=\"{id}\">\n{heading}\n<div class=\"{beside}\"><figure>{chart}\
         <figcaption>{}</figcaption></figure>\n{}</div>\n<p class=\"aide\"><code>{}</code></p>\n\
         <p class=\"a-l-ecran\"><button form=\"demande\" class=\"sobre\" name=\"csv\" value=\"{}\" aria-describedby=\"{id}\">\
         Ce tableau en CSV</button></p>\n</section>\n",
        echappe(&name),
        table(&id, &rangs),
        echappe(&question(demande)),
        shown.fichier(inventes)
    )
}

/// The same call for a program.
fn question(demande: &Demande) -> String {
    let axe = demande.axe.map(|axe| format!("&par={}", axe.mot())).unwrap_or_default();
    format!(
        "GET /v1/statistiques/{}?jour={}&annees={}&methode={}{axe}",
        demande.tableau.mot(),
        demande.jour,
        demande.annees,
        demande.methode.mot()
    )
}

fn rangs(found: &Statistique) -> Vec<Rang<'_>> {
    let demande = &found.demande;
    let rows =
        found.periodes.iter().flat_map(|(jour, rows)| rows.iter().map(move |row| (*jour, row)));
    rows.map(|(jour, row)| {
        let nom = match &row.classe {
            Some((axe, classe)) => nom(*axe, classe),
            None if demande.axe.is_some() => "Total".to_owned(),
            None if jour.month() == 12 => jour.year().to_string(),
            None => format!("{} (au {:02}/{:02})", jour.year(), jour.day(), jour.month()),
        };
        Rang { nom, chiffres: &row.chiffres }
    })
    .collect()
}

/// Every figure of every day or class.
fn table(id: &str, rangs: &[Rang<'_>]) -> String {
    let mut figures: Vec<I> = Vec::new();
    for one in rangs.iter().flat_map(|rang| rang.chiffres) {
        if !figures.contains(&one.indicateur) {
            figures.push(one.indicateur);
        }
    }
    let of = |rang: &Rang<'_>, figure: &I| {
        let found = rang.chiffres.iter().find(|one| one.indicateur == *figure);
        found.map_or_else(|| "<td></td>".to_owned(), cell)
    };
    let name = |figure: &I| echappe(figure.definition().libelle);
    // The longer side goes down the page: five years and fifteen figures fit a screen so.
    let turned = figures.len() > rangs.len();
    let head = |said: String| format!("<th scope=\"col\">{said}</th>");
    let row =
        |said: String, cells: String| format!("<tr><th scope=\"row\">{said}</th>{cells}</tr>\n");
    let (class, heads, rows) =
        if turned {
            (
                " tournee",
                suite(rangs.iter().map(|rang| head(echappe(&rang.nom)))),
                suite(figures.iter().map(|figure| {
                    row(name(figure), suite(rangs.iter().map(|rang| of(rang, figure))))
                })),
            )
        } else {
            (
                "",
                suite(figures.iter().map(|figure| head(name(figure)))),
                suite(rangs.iter().map(|rang| {
                    row(echappe(&rang.nom), suite(figures.iter().map(|figure| of(rang, figure))))
                })),
            )
        };
    format!(
        "<div class=\"defile\" role=\"region\" aria-labelledby=\"{id} c-{id}\" tabindex=\"0\"><table class=\"chiffres{class}\">\
         <caption id=\"c-{id}\">Tous les chiffres</caption>\n<thead><tr><td></td>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div>"
    )
}

fn cell(one: &Chiffre) -> String {
    one.valeur.nombre().map_or_else(
        || format!("<td class=\"montant\">{}</td>", dit(one.valeur)),
        |number| {
            format!(
                "<td class=\"montant\"><data value=\"{number}\">{}</data></td>",
                dit(one.valeur)
            )
        },
    )
}

/// A figure as it is written in French.
fn dit(valeur: Valeur) -> String {
    match valeur {
        Valeur::Nombre(number) => milliers(number),
        Valeur::Centimes(cents) => Centimes::new(cents).to_string(),
        Valeur::Taux(share) => {
            let (sign, all) = (if share < 0 { "-" } else { "" }, share.unsigned_abs());
            format!("{sign}{},{:02}\u{a0}%", all.div_euclid(100), all.rem_euclid(100))
        }
        Valeur::Jours(days) => format!("{}\u{a0}j", milliers(days)),
        Valeur::Secret => "secret".to_owned(),
        Valeur::SansObjet => "sans objet".to_owned(),
    }
}

/// A number with its thousands apart.
fn milliers(number: i64) -> String {
    let mut written = if number < 0 { "-".to_owned() } else { String::new() };
    write_milliers(number.unsigned_abs(), &mut written);
    written
}

/// By what a table is broken down.
const fn selon(axe: Axe) -> &'static str {
    match axe {
        Axe::Age => "selon l'âge",
        Axe::Regime => "selon le régime",
        Axe::Caisse => "selon la caisse",
        Axe::Specialite => "selon la spécialité",
        Axe::Situation => "selon la situation déterminée",
        Axe::Motif => "selon le motif",
        Axe::Poste => "selon le poste",
        Axe::Issue => "selon l'issue",
    }
}

/// The name of a class.
fn nom(axe: Axe, classe: &str) -> String {
    match axe {
        Axe::Age => classe.strip_suffix('+').map_or_else(
            || format!("{} ans", classe.replace('-', " à ")),
            |from| format!("{from} ans et plus"),
        ),
        Axe::Specialite => Specialite::parse(classe)
            .map_or_else(|_unknown| classe.to_owned(), |own| own.libelle().to_owned()),
        Axe::Regime => format!("Régime {classe}"),
        Axe::Caisse => format!("Caisse {classe}"),
        Axe::Situation | Axe::Motif | Axe::Poste | Axe::Issue => classe.replace('_', " "),
    }
}
