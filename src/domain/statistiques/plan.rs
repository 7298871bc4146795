//! Which columns a table has, which cell goes to which, and how its figures are made of them.

use super::grille::{Grille, Valeur};
use super::{
    Cellule, Chiffre, Famille, Indicateur as I, MedecinDesigne, Methode, Nature, Part, Tableau,
    indicateur_du_rang,
};
use crate::domain::evaluation::{Classe2013, CodeDetermine};
use crate::domain::identifiers::IndicateurParcours;
use crate::domain::vocabulary::Vocabulaire;

/// How figures are made of columns.
pub(super) enum Calcul {
    Nombre(&'static [usize]),
    /// A share of counts.
    Part(&'static [usize], &'static [usize]),
    Montant(Part, &'static [usize]),
    /// A share of one amount in another.
    PartDe(Part, Part, &'static [usize]),
    /// Amounts of columns that are all told, added or taken away.
    Formule(&'static [(Part, usize, i64)]),
}

impl Calcul {
    pub(super) fn chiffre(&self, indicateur: I, grille: &Grille, ligne: usize) -> Chiffre {
        let amount = |found: Option<i64>| {
            Chiffre::seul(indicateur, found.map_or(Valeur::Secret, Valeur::Centimes))
        };
        match self {
            Self::Nombre(colonnes) => {
                let found = grille.somme(ligne, colonnes, Part::Nombre);
                Chiffre::seul(indicateur, found.map_or(Valeur::Secret, Valeur::Nombre))
            }
            Self::Part(above, below) => {
                let of = |colonnes| grille.somme(ligne, colonnes, Part::Nombre);
                Chiffre::part(indicateur, (of(above), of(below)))
            }
            Self::Montant(part, colonnes) => amount(grille.somme(ligne, colonnes, *part)),
            Self::PartDe(above, below, colonnes) => {
                let of = |part| grille.somme(ligne, colonnes, part);
                Chiffre::part(indicateur, (of(*above), of(*below)))
            }
            Self::Formule(terms) => {
                amount(terms.iter().try_fold(0, |sum: i64, (part, column, sign)| {
                    let own = grille.somme(ligne, &[*column], *part)?;
                    Some(sum.saturating_add(own.saturating_mul(*sign)))
                }))
            }
        }
    }
}

/// To which column a cell goes.
pub(super) type Colonne = Box<dyn Fn(&Cellule) -> Option<usize>>;

/// A table: its columns, where a cell goes, and its figures.
pub(super) struct Plan {
    pub(super) colonnes: usize,
    pub(super) colonne: Colonne,
    pub(super) figures: Vec<(I, Calcul)>,
}

pub(super) fn est_suivi(cellule: &Cellule) -> bool {
    let [designe, ..] = cellule.codes;
    cellule.nature == Nature::Assure
        && cellule.age.choisit()
        && designe != i16::from(MedecinDesigne::Aucun.code())
}

pub(super) fn plan(tableau: Tableau, methode: Methode) -> Plan {
    use Calcul::{Formule, Montant, Nombre, PartDe};
    let (colonnes, colonne, figures): (_, Colonne, _) = match tableau {
        Tableau::Designation => (
            3,
            Box::new(designes),
            vec![
                (I::TauxDesignation, Calcul::Part(&[0, 1], &[0, 1, 2])),
                (I::AssuresDesignants, Nombre(&[0, 1])),
                (I::Assures, Nombre(&[0, 1, 2])),
                (I::PartGeneralistes, Calcul::Part(&[0], &[0, 1])),
            ],
        ),
        Tableau::Forfait => (3, Box::new(designes), vec![(I::ForfaitDesignants, Nombre(&[0, 1]))]),
        Tableau::Consultations => (
            5,
            Box::new(move |cellule| Some(colonne_du_parcours(cellule, methode))),
            vec![
                (I::TauxParcours, Calcul::Part(&[0, 1], &[0, 1, 2])),
                (I::ConsultationsParcours, Nombre(&[0, 1])),
                (I::ConsultationsHors, Nombre(&[2])),
                (I::ConsultationsExclues, Nombre(&[3])),
                (I::ConsultationsNonClassees, Nombre(&[4])),
                (I::PartParcoursToutes, Calcul::Part(&[0, 1], &[0, 1, 2, 3, 4])),
                (I::PartHorsToutes, Calcul::Part(&[2], &[0, 1, 2, 3, 4])),
                (I::PartExclues, Calcul::Part(&[3], &[0, 1, 2, 3, 4])),
                (I::PartAccesDirect, Calcul::Part(&[0], &[0, 1, 2, 3, 4])),
            ],
        ),
        Tableau::Majorations => (
            2,
            Box::new(|cellule| Some(colonne_de_la_majoration(cellule))),
            vec![
                (I::ActesMajorables, Nombre(&[0])),
                (I::MontantMajorations, Montant(Part::Majoration, &[0, 1])),
            ],
        ),
        Tableau::Depenses => (
            1,
            Box::new(|_| Some(0)),
            vec![
                (I::Honoraires, Montant(Part::Honoraires, &[0])),
                (I::RembourseAmo, Montant(Part::Amo, &[0])),
                (I::PartAmc, Montant(Part::Amc, &[0])),
                (I::ResteACharge, Montant(Part::Reste, &[0])),
                (I::PartPatients, PartDe(Part::Reste, Part::Honoraires, &[0])),
            ],
        ),
        Tableau::Supplements => (
            4,
            Box::new(colonne_du_supplement),
            vec![
                (I::AvisTotal, Montant(Part::Honoraires, &[0, 1])),
                (I::AvisChirurgiens, Montant(Part::Honoraires, &[1])),
                (I::AvisValeur, Montant(Part::Reference, &[0])),
                (I::AvisDifference, Formule(AVIS)),
                (I::Coordination, Montant(Part::Honoraires, &[2])),
                (I::Depassements, Montant(Part::Depassement, &[3])),
                (I::NombreDepassements, Nombre(&[3])),
                (I::TotalCorrespondants, Formule(CORRESPONDANTS)),
            ],
        ),
        Tableau::Changements => (
            3,
            Box::new(colonne_du_changement),
            vec![
                (I::TauxChangement, Calcul::Part(&[0], &[2])),
                (I::AssuresAyantChange, Nombre(&[0])),
                (I::NombreChangements, Nombre(&[0, 1])),
            ],
        ),
        Tableau::Indicateurs => (
            3,
            Box::new(colonne_de_l_indicateur),
            vec![
                (I::PartNonRemplies, Calcul::Part(&[0], &[0, 1, 2])),
                (I::PartContredites, Calcul::Part(&[2], &[1, 2])),
                (I::ActesSansIndicateur, Nombre(&[0])),
            ],
        ),
        Tableau::Financement | Tableau::Conciliations => (0, Box::new(|_| None), Vec::new()),
    };
    Plan { colonnes, colonne, figures }
}

const AVIS: &[(Part, usize, i64)] = &[(Part::Honoraires, 0, 1), (Part::Reference, 0, -1)];
const CORRESPONDANTS: &[(Part, usize, i64)] = &[
    (Part::Honoraires, 0, 1),
    (Part::Reference, 0, -1),
    (Part::Honoraires, 2, 1),
    (Part::Depassement, 3, 1),
];

/// Acts that the majoration is about, and the others.
pub(super) fn colonne_de_la_majoration(cellule: &Cellule) -> usize {
    let [_, code, _] = cellule.codes;
    usize::from(!matches!(code, 22 | 23 | 24 | 26 | 28))
}

/// General practitioner, another specialty, nobody.
fn designes(cellule: &Cellule) -> Option<usize> {
    let [designe, ..] = cellule.codes;
    let known = u8::try_from(designe).ok().and_then(MedecinDesigne::du_code);
    let place = match known? {
        MedecinDesigne::Generaliste => 0,
        MedecinDesigne::AutreSpecialite => 1,
        MedecinDesigne::Aucun => 2,
    };
    (cellule.nature == Nature::Assure && cellule.age.choisit()).then_some(place)
}

/// Direct access, the rest of what is inside, outside, excluded, neither.
fn colonne_du_parcours(cellule: &Cellule, methode: Methode) -> usize {
    let [_, code, classe] = cellule.codes;
    let inside = usize::from(code != i16::from(CodeDetermine::AccesDirect.code()));
    match methode {
        Methode::Cour2013 => match u8::try_from(classe).ok().and_then(Classe2013::du_code) {
            Some(Classe2013::ParcoursEtAssimiles) => inside,
            Some(Classe2013::Hors) => 2,
            Some(Classe2013::Exclues) => 3,
            None => 4,
        },
        Methode::Snds => match code {
            1..=8 | 10..=13 | 32..=34 => inside,
            21..=28 => 2,
            31 => 3,
            _ => 4,
        },
    }
}

pub(super) fn colonne_du_supplement(cellule: &Cellule) -> Option<usize> {
    let [famille, ..] = cellule.codes;
    let known = u8::try_from(famille).ok().and_then(Famille::du_code);
    known.filter(|_| cellule.nature == Nature::Supplement).map(|famille| match famille {
        Famille::AvisPonctuel => 0,
        Famille::AvisDeChirurgien => 1,
        Famille::MajorationDeCoordination => 2,
        Famille::DepassementAutorise => 3,
    })
}

/// The first change of somebody in their year, another one, and who has a doctor for the first time in the year.
fn colonne_du_changement(cellule: &Cellule) -> Option<usize> {
    let [_, first, _] = cellule.codes;
    match cellule.nature {
        Nature::Changement if first == 1 => Some(0),
        Nature::Changement => Some(1),
        Nature::Acquisition if cellule.age.choisit() => Some(2),
        Nature::Assure
        | Nature::Acquisition
        | Nature::Consultation
        | Nature::AutreActe
        | Nature::Indicateur
        | Nature::Supplement
        | Nature::Patientele => None,
    }
}

/// Nothing was written, what is determined, something else. Acts of the médecin traitant, and those that the parcours does
/// not concern, are in none.
fn colonne_de_l_indicateur(cellule: &Cellule) -> Option<usize> {
    use IndicateurParcours as L;
    let [declare, code, _] = cellule.codes;
    if matches!(code, 0 | 1 | 11 | 31..=34 | 99) {
        return None;
    }
    let Some(indicateur) = indicateur_du_rang(declare) else { return Some(0) };
    let agrees = match indicateur {
        L::T | L::N => code == 2,
        L::R => code == 7,
        L::O | L::M => code == 3,
        L::D => code == 4,
        L::U => matches!(code, 5 | 25),
        L::H => code == 6,
        L::J => code == 12,
        L::B => code == 10,
        L::A => code == 8,
        L::S | L::S1 | L::S2 => matches!(code, 21..=24 | 26..=28),
    };
    Some(if agrees { 1 } else { 2 })
}
