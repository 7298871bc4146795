//! Statistics: the figures of the chapter of 2013 from its own counts, what a life adds to the counts, and what small
//! numbers leave to be found.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use traitant::domain::calendar::Periode;
use traitant::domain::designation::MotifFin;
use traitant::domain::evaluation::Classe2013;
use traitant::domain::identifiers::{Organisme, Rpps};
use traitant::domain::statistiques::{
    Axe, Cellule, Chiffre, ClasseAge, CodeCaisse, Comptes, Famille, Indicateur, Matiere,
    MedecinDesigne, Mesures, Methode, NON_TENUS, Nature, Part, SEUIL, Suivi, Tableau, Valeur, Vie,
    chiffres,
};
use traitant::domain::vocabulary::Vocabulaire;

mod secret;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn cell(nature: Nature, age: ClasseAge, codes: [i16; 3]) -> Cellule {
    let caisse = CodeCaisse::parse("01751").unwrap();
    Cellule { nature, mois: day("2011-12-01"), caisse, age, codes }
}

fn figure(tableau: Tableau, methode: Methode, matiere: &Matiere, which: Indicateur) -> Chiffre {
    let lines = chiffres(tableau, (methode, None), matiere);
    let total = lines.iter().find(|line| line.classe.is_none()).unwrap();
    *total.chiffres.iter().find(|one| one.indicateur == which).unwrap()
}

/// A share with one decimal, of what is above and below the bar.
fn one_decimal(chiffre: Chiffre) -> String {
    let (above, below) = (chiffre.numerateur.unwrap(), chiffre.denominateur.unwrap());
    let tenths = (above * 2_000 + below) / (2 * below);
    format!("{},{}", tenths / 10, tenths % 10)
}

fn consultations(classe: Classe2013, code: i16, nombre: i64) -> (Cellule, Mesures) {
    let codes = [1, code, i16::from(classe.code())];
    let adult = ClasseAge::DeQuaranteACinquanteNeuf;
    (cell(Nature::Consultation, adult, codes), Mesures::nombre(nombre))
}

/// Cour des comptes, rapport public annuel 2013, table 2: consultations inside, outside and excluded, and the share that
/// is printed. For 2011 the text and its notes 152 and 153 also print 69 %, 7 % and 24 % of all consultations.
#[test]
fn table_2_of_the_chapter_is_found_from_its_counts() {
    for (inside, outside, excluded, printed) in [
        (182_049_874, 26_703_835, 61_439_163, "87,2"),
        (186_176_955, 22_250_373, 64_096_193, "89,3"),
        (186_459_831, 19_446_103, 61_818_516, "90,6"),
        // The chapter prints 91,0: 90,948 rounded to 90,95 first, or to 91 as in the title above the table.
        (188_180_616, 18_729_804, 64_539_695, "90,9"),
    ] {
        let matiere = Matiere {
            flux: vec![
                consultations(Classe2013::ParcoursEtAssimiles, 1, inside),
                consultations(Classe2013::Hors, 23, outside),
                consultations(Classe2013::Exclues, 34, excluded),
            ],
            ..Matiere::default()
        };
        let of = |which| figure(Tableau::Consultations, Methode::Cour2013, &matiere, which);
        assert_eq!(one_decimal(of(Indicateur::TauxParcours)), printed);
        let found = of(Indicateur::TauxParcours);
        assert_eq!(found.numerateur, Some(inside));
        assert_eq!(found.denominateur, Some(inside + outside), "excluded ones are in neither term");
        if inside == 188_180_616 {
            let whole = |which| {
                let Valeur::Taux(taux) = of(which).valeur else { panic!("{which:?} is no share") };
                (taux + 50) / 100
            };
            let printed = [
                Indicateur::PartParcoursToutes,
                Indicateur::PartHorsToutes,
                Indicateur::PartExclues,
            ];
            assert_eq!(printed.map(whole), [69, 7, 24]);
        }
    }
}

/// IR_QPS_V groups emergencies with a médecin traitant and care under sixteen inside the parcours; the Cour excludes them.
#[test]
fn the_two_methods_group_what_they_say() {
    let flux = vec![
        consultations(Classe2013::Exclues, 5, 100),
        consultations(Classe2013::Exclues, 34, 200),
        consultations(Classe2013::Exclues, 31, 400),
        consultations(Classe2013::ParcoursEtAssimiles, 22, 800),
    ];
    let matiere = Matiere { flux, ..Matiere::default() };
    let of = |methode, which| figure(Tableau::Consultations, methode, &matiere, which).valeur;
    let expected = [
        (Indicateur::ConsultationsParcours, 800, 300),
        (Indicateur::ConsultationsHors, 0, 800),
        (Indicateur::ConsultationsExclues, 700, 400),
    ];
    for (which, cour, snds) in expected {
        assert_eq!(of(Methode::Cour2013, which), Valeur::Nombre(cour), "{which:?}");
        assert_eq!(of(Methode::Snds, which), Valeur::Nombre(snds), "{which:?}");
    }
}

/// Table 1: insured persons who chose, and the share that is printed. The denominators are not printed: those here are the
/// numbers of insured persons that the numerators and the shares imply, in tens of thousands.
#[test]
fn table_1_of_the_chapter_is_found_from_its_counts() {
    for (chose, insured, printed) in [
        (31_133_743, 38_200_000, "81,5"),
        (32_917_703, 38_500_000, "85,5"),
        (34_340_367, 38_890_000, "88,3"),
        (35_090_268, 39_430_000, "89,0"),
        (35_710_457, 39_810_000, "89,7"),
    ] {
        let adult = ClasseAge::DeVingtCinqATrenteNeuf;
        let at = |designe: MedecinDesigne, age| {
            cell(Nature::Assure, age, [i16::from(designe.code()), 0, 0])
        };
        let generalists = chose * 95 / 100;
        let stock = vec![
            (at(MedecinDesigne::Generaliste, adult), Mesures::nombre(generalists)),
            (at(MedecinDesigne::AutreSpecialite, adult), Mesures::nombre(chose - generalists)),
            (at(MedecinDesigne::Aucun, adult), Mesures::nombre(insured - chose)),
            // A child who has one is in neither term.
            (at(MedecinDesigne::Generaliste, ClasseAge::DeSeptAQuinze), Mesures::nombre(5_000_000)),
        ];
        let matiere = Matiere { stock, ..Matiere::default() };
        let of = |which| figure(Tableau::Designation, Methode::Cour2013, &matiere, which);
        assert_eq!(one_decimal(of(Indicateur::TauxDesignation)), printed);
        assert_eq!(of(Indicateur::AssuresDesignants).valeur, Valeur::Nombre(chose));
        assert_eq!(one_decimal(of(Indicateur::PartGeneralistes)), "95,0");
    }
}

/// Tables 4 and 5, 2011, in millions of euros: what the register holds of them.
#[test]
fn tables_4_and_5_of_the_chapter_are_found_from_their_amounts() {
    const M: i64 = 100_000_000;
    let line = |famille: Famille, parts: &[(Part, i64)]| {
        let codes = [i16::from(famille.code()), 5, 0];
        let amounts =
            parts.iter().fold(Mesures::nombre(1_000), |all, (part, own)| all.avec(*part, *own));
        (cell(Nature::Supplement, ClasseAge::DeQuaranteACinquanteNeuf, codes), amounts)
    };
    let fees =
        |all: i64| vec![(Part::Honoraires, all), (Part::Base, all), (Part::Ticket, all * 30 / 100)];
    let opinion = [fees(402 * M), vec![(Part::Reference, 218 * M)]].concat();
    let (act, _) = consultations(Classe2013::Hors, 23, 0);
    let flux = vec![
        line(Famille::AvisPonctuel, &opinion),
        line(Famille::AvisDeChirurgien, &fees(172 * M)),
        line(Famille::MajorationDeCoordination, &fees(118 * M)),
        line(Famille::DepassementAutorise, &[(Part::Depassement, 9 * M)]),
        (act, Mesures::nombre(10_000).avec(Part::Majoration, 206 * M)),
    ];
    let matiere = Matiere { flux, ..Matiere::default() };
    let millions = |valeur: Valeur| {
        let Valeur::Centimes(all) = valeur else { panic!("{valeur:?} is no amount") };
        (all + M / 2).div_euclid(M)
    };
    let of =
        |which| millions(figure(Tableau::Supplements, Methode::Cour2013, &matiere, which).valeur);
    assert_eq!(of(Indicateur::AvisTotal), 574);
    assert_eq!(of(Indicateur::AvisChirurgiens), 172);
    assert_eq!(of(Indicateur::AvisValeur), 218);
    // 574 - 172 - 218 = 184; the chapter prints 183, and 310 for the total of 183 + 118 + 9.
    assert_eq!(of(Indicateur::AvisDifference), 184);
    assert_eq!(of(Indicateur::Coordination), 118);
    assert_eq!(of(Indicateur::Depassements), 9);
    assert_eq!(of(Indicateur::TotalCorrespondants), 311);
    let rows = chiffres(Tableau::Financement, (Methode::Cour2013, None), &matiere);
    let printed: BTreeMap<Option<String>, [i64; 4]> = rows
        .into_iter()
        .map(|row| {
            let all: Vec<i64> = row.chiffres.iter().map(|one| millions(one.valeur)).collect();
            (row.classe.map(|(_, name)| name), all.try_into().unwrap())
        })
        .collect();
    let of = |name: &str| printed.get(&Some(name.to_owned())).copied().unwrap();
    // Of 183, 70 % is 128 and 30 % is 55; of 184, 129 and 55.
    assert_eq!(of("avis_ponctuels"), [184, 129, 0, 55]);
    assert_eq!(of("coordination"), [118, 83, 0, 35]);
    assert_eq!(of("depassements_autorises"), [9, 0, 9, 0]);
    assert_eq!(of("majorations"), [0, -206, 206, 0]);
    // Without the 285 of the ALD forfaits, which no feuille bears: 595 - 285, 290 - 285, 215, 90; one more by the 184 above.
    assert_eq!(printed.get(&None).copied().unwrap(), [311, 5, 215, 91]);
}

fn stock(comptes: &Comptes, at: &str) -> BTreeMap<(String, ClasseAge, i16), i64> {
    let mut found: BTreeMap<_, i64> = BTreeMap::new();
    for (cellule, mesures) in comptes.iter() {
        if cellule.nature == Nature::Assure && cellule.mois <= day(at) {
            let place = (cellule.caisse.to_string(), cellule.age, cellule.codes[0]);
            *found.entry(place).or_default() += mesures.get(Part::Nombre);
        }
    }
    found.retain(|_, nombre| *nombre != 0);
    found
}

fn organisme(text: &str) -> Organisme {
    Organisme::parse(text).unwrap()
}

fn suivi(
    du: &str,
    au: Option<&str>,
    rpps: &str,
    generaliste: bool,
    fin: Option<MotifFin>,
) -> Suivi {
    let effet = Periode::new(day(du), au.map(day)).unwrap();
    let medecins = vec![(Rpps::parse(rpps).unwrap(), effet, generaliste)];
    Suivi { effet, medecins, motif_fin: fin }
}

const MARTIN: &str = "99900001233";
const AUTRE: &str = "99900007016";

/// Turning sixteen on the first day of a month, a change of caisse, a choice and a death: each counts from its month on,
/// and the person is in one place at most.
#[test]
fn a_life_is_counted_once_wherever_it_is() {
    let vie = Vie {
        naissance: Some(day("2000-06-01")),
        caisses: vec![
            (
                Periode::new(day("2010-01-01"), Some(day("2017-03-15"))).unwrap(),
                organisme("017510000"),
            ),
            (Periode::depuis(day("2017-03-15")), organisme("017810000")),
        ],
        autrement: vec![Periode::new(day("2018-01-01"), Some(day("2018-02-01"))).unwrap()],
        deces: Some(day("2020-02-10")),
        designations: vec![suivi("2016-06-10", None, MARTIN, true, None)],
    };
    let comptes = vie.comptes();
    let at = |month: &str| stock(&comptes, month).into_iter().collect::<Vec<_>>();
    let place = |caisse: &str, age, designe: i16| vec![((caisse.to_owned(), age, designe), 1)];
    let (child, young) = (ClasseAge::DeSeptAQuinze, ClasseAge::DeSeizeAVingtQuatre);
    assert_eq!(at("2009-12-01"), vec![]);
    assert_eq!(at("2016-05-01"), place("01751", child, 1));
    assert_eq!(at("2016-06-01"), place("01751", young, 2));
    assert_eq!(at("2017-02-01"), place("01751", young, 2));
    assert_eq!(at("2017-03-01"), place("01781", young, 2));
    assert_eq!(at("2018-01-01"), vec![], "aide médicale is no insurance");
    assert_eq!(at("2018-02-01"), place("01781", young, 2));
    assert_eq!(at("2020-01-01"), place("01781", young, 2));
    assert_eq!(at("2020-02-01"), vec![]);
    let acquired: Vec<NaiveDate> = comptes
        .iter()
        .filter(|(cellule, _)| cellule.nature == Nature::Acquisition)
        .map(|(cellule, _)| cellule.mois)
        .collect();
    // In 2018 the person had a médecin traitant on the last day of 2017 already.
    assert_eq!(acquired, [day("2016-06-01")]);
}

/// The day of death is a day of life (docs/decisions/0008): on the last day of a month, whoever dies on it is counted, whoever
/// died the day before is not; whoever dies the day after leaves in the month after.
#[test]
fn who_dies_is_counted_on_that_day_and_not_on_the_next() {
    let of = |deces: &str| {
        let vie = Vie {
            naissance: Some(day("1950-01-01")),
            caisses: vec![(Periode::depuis(day("2010-01-01")), organisme("017510000"))],
            deces: Some(day(deces)),
            ..Vie::default()
        };
        let comptes = vie.comptes();
        ["2019-12-01", "2020-01-01", "2020-02-01"].map(|month| stock(&comptes, month).len())
    };
    assert_eq!(of("2020-01-30"), [1, 0, 0]);
    assert_eq!(of("2020-01-31"), [1, 1, 0]);
    assert_eq!(of("2020-02-01"), [1, 1, 0]);
    assert_eq!(of("2020-02-29"), [1, 1, 1]);
}

/// A first choice is no change, the same doctor again is none, another one after a gap is.
#[test]
fn what_a_change_is() {
    let end = Some(MotifFin::Cessation);
    let vie = Vie {
        naissance: Some(day("1970-01-01")),
        caisses: vec![(Periode::depuis(day("2005-01-01")), organisme("017510000"))],
        designations: vec![
            suivi("2006-01-10", Some("2008-05-01"), MARTIN, true, Some(MotifFin::Patient)),
            suivi("2008-05-01", Some("2010-01-01"), MARTIN, true, end),
            suivi("2011-03-01", Some("2011-09-01"), AUTRE, false, Some(MotifFin::Remplacement)),
            suivi("2011-09-01", None, MARTIN, true, None),
        ],
        ..Vie::default()
    };
    let changes: Vec<(NaiveDate, [i16; 3])> = vie
        .comptes()
        .iter()
        .filter(|(cellule, _)| cellule.nature == Nature::Changement)
        .map(|(cellule, _)| (cellule.mois, cellule.codes))
        .collect();
    let code = |motif: MotifFin| i16::from(motif.code());
    assert_eq!(
        changes,
        [
            (day("2011-03-01"), [code(MotifFin::Cessation), 1, 0]),
            (day("2011-09-01"), [code(MotifFin::Remplacement), 0, 0]),
        ]
    );
}

/// `docs/STATISTIQUES.md` has each definition, word for word and in its order, and what the register does not hold.
#[test]
fn the_page_of_statistics_defines_what_is_answered() {
    let page = include_str!("../../../docs/STATISTIQUES.md");
    let shown: Vec<&str> =
        page.lines().filter(|line| line.starts_with("| `") || line.starts_with("### `")).collect();
    let mut made = Vec::new();
    for tableau in Tableau::TOUS {
        made.push(format!("### `{}` : {}", tableau.mot(), tableau.titre()));
        for one in Indicateur::TOUS {
            let definition = one.definition();
            if definition.tableau == *tableau {
                let below = definition.denominateur;
                let below = if below.is_empty() { "—" } else { below };
                made.push(format!(
                    "| `{}` | {} | {} | {below} | {} |",
                    one.mot(),
                    definition.libelle,
                    definition.numerateur,
                    definition.unite.mot()
                ));
            }
        }
    }
    assert_eq!(shown, made);
    for missing in NON_TENUS {
        let line = format!("- **{}** : {}.", missing.libelle, missing.raison);
        assert!(page.lines().any(|own| own == line), "{line}");
    }
}

/// What takes away what was added leaves nothing.
#[test]
fn what_is_taken_away_leaves_nothing() {
    let (cellule, mesures) = consultations(Classe2013::Hors, 23, 3);
    let comptes: Comptes = [(cellule, mesures)].into_iter().collect();
    let mut sum = comptes.clone();
    sum.plus(&comptes);
    sum.moins(&comptes);
    assert_eq!(sum, comptes);
    sum.moins(&comptes);
    assert!(sum.est_vide());
}
