//! Invented counts, to show what the tables are like: a hundred thousand persons, in shares of the order of those that the Cour
//! des comptes published. Nothing is drawn, and no register has them.

use chrono::NaiveDate;

use super::{
    Cellule, ClasseAge, CodeCaisse, Comptes, Famille, MedecinDesigne, Mesures, Nature, Part,
    rang_de_l_indicateur,
};
use crate::domain::designation::MotifFin;
use crate::domain::evaluation::{Classe2013, CodeDetermine};
use crate::domain::identifiers::IndicateurParcours;
use crate::domain::vocabulary::Vocabulaire;

/// Caisses of three régimes, and how many of a hundred persons are of each.
const CAISSES: [(i32, i64); 3] = [(1_691, 86), (2_691, 6), (3_691, 8)];
/// Persons of each class of age, in all, and how many of a hundred have a médecin traitant in the first year.
const AGES: [(i64, i64); 8] = [
    (7_000, 45),
    (11_000, 52),
    (10_500, 70),
    (18_500, 78),
    (26_000, 88),
    (17_500, 95),
    (4_000, 97),
    (5_500, 96),
];
/// Consultations of a thousand persons in a year: specialty, determined situation, class, what is written, and what each is paid
/// in cents: fees, compulsory insurance, complementary, patient, majoration.
const ACTES: [(i16, CodeDetermine, Classe2013, i64, [i64; 5]); 7] = {
    use Classe2013::{Exclues, Hors, ParcoursEtAssimiles};
    use CodeDetermine as C;
    [
        (1, C::MedecinTraitant, ParcoursEtAssimiles, 2_900, [3_000, 1_900, 900, 200, 0]),
        (3, C::Oriente, ParcoursEtAssimiles, 610, [5_150, 3_405, 1_545, 200, 0]),
        (15, C::AccesDirect, ParcoursEtAssimiles, 240, [3_150, 2_005, 945, 200, 0]),
        (3, C::NonRespect, Hors, 190, [3_700, 595, 795, 2_310, 1_060]),
        (1, C::SansMedecinTraitant, Hors, 110, [3_000, 700, 900, 1_400, 1_200]),
        (1, C::Urgence, Exclues, 260, [3_000, 1_900, 900, 200, 0]),
        (12, C::MoinsDe16Ans, Exclues, 420, [3_200, 2_240, 960, 0, 0]),
    ]
};
/// The supplement of each consultation of a situation.
const FAMILLES: [(CodeDetermine, Famille); 3] = [
    (CodeDetermine::Oriente, Famille::AvisPonctuel),
    (CodeDetermine::AccesDirect, Famille::MajorationDeCoordination),
    (CodeDetermine::NonRespect, Famille::DepassementAutorise),
];
/// Why a médecin traitant is no longer the one, and the changes of a thousand persons in a year.
const CHANGEMENTS: [(MotifFin, i64); 3] =
    [(MotifFin::Remplacement, 52), (MotifFin::Cessation, 21), (MotifFin::Deces, 2)];

/// What is counted until a day, from the first of January of the first of five years that end with it.
pub fn exemple(annee: i32) -> Comptes {
    let mut comptes = Comptes::default();
    for (number, place) in (0_i64..5).zip((0_i32..5).rev()) {
        let year = annee.saturating_sub(place);
        let Some(mois) = NaiveDate::from_ymd_opt(year, 12, 1) else { continue };
        for (caisse, share) in CAISSES {
            for (age, (persons, rate)) in ClasseAge::TOUS.iter().zip(AGES) {
                let whose = (CodeCaisse::du_nombre(caisse), *age);
                let persons = persons.saturating_mul(share) / 100;
                let add = &mut |nature, codes, mesures: Mesures| {
                    comptes.add(Cellule::new(nature, mois, whose, codes), &mesures);
                };
                choisis(add, (persons, rate), number);
                soignes(add, (persons, *age), number);
            }
        }
    }
    comptes
}

/// Adds to a cell.
type Ajout<'a> = dyn FnMut(Nature, [i16; 3], Mesures) + 'a;

/// Persons and their médecins traitants, a few more of whom have one each year.
fn choisis(add: &mut Ajout<'_>, (persons, rate): (i64, i64), number: i64) {
    let followed = |number: i64| {
        let rate = rate.saturating_mul(10).saturating_add(number.saturating_mul(6)).min(985);
        persons.saturating_mul(rate) / 1_000
    };
    let before = if number == 0 { 0 } else { followed(number.saturating_sub(1)) };
    let more = followed(number).saturating_sub(before);
    let others = more / 20;
    let arrivals = if number == 0 { persons } else { 0 };
    for (designe, count) in [
        (MedecinDesigne::Generaliste, more.saturating_sub(others)),
        (MedecinDesigne::AutreSpecialite, others),
        (MedecinDesigne::Aucun, arrivals.saturating_sub(more)),
    ] {
        add(Nature::Assure, [i16::from(designe.code()), 0, 0], Mesures::nombre(count));
    }
    add(Nature::Acquisition, [0; 3], Mesures::nombre(more.max(0)));
    for (motif, share) in CHANGEMENTS {
        let count = followed(number).saturating_mul(share) / 1_000;
        add(Nature::Changement, [i16::from(motif.code()), 1, 0], Mesures::nombre(count));
    }
}

/// What they consulted, a little less outside the parcours each year.
fn soignes(add: &mut Ajout<'_>, (persons, age): (i64, ClasseAge), number: i64) {
    for (specialite, code, classe, share, [fees, amo, amc, left, surcharge]) in ACTES {
        let child = code == CodeDetermine::MoinsDe16Ans;
        if child == age.choisit() {
            continue;
        }
        let share = if classe == Classe2013::Hors {
            share.saturating_sub(number.saturating_mul(9))
        } else {
            share
        };
        let count = persons.saturating_mul(share) / 1_000;
        let all = |cents: i64| cents.saturating_mul(count);
        let mesures = Mesures::nombre(count)
            .avec(Part::Honoraires, all(fees))
            .avec(Part::Base, all(fees))
            .avec(Part::Ticket, all(fees.saturating_mul(3) / 10))
            .avec(Part::Amo, all(amo))
            .avec(Part::Amc, all(amc))
            .avec(Part::Reste, all(left))
            .avec(Part::Majoration, all(surcharge));
        let [code_, classe_] = [i16::from(code.code()), i16::from(classe.code())];
        add(Nature::Consultation, [specialite, code_, classe_], mesures);
        let declared = if classe == Classe2013::Hors { None } else { Some(IndicateurParcours::O) };
        let declared = rang_de_l_indicateur(declared);
        add(Nature::Indicateur, [declared, code_, 1], Mesures::nombre(count));
        let of_code = FAMILLES.iter().find(|(own, _)| *own == code);
        let Some((_, famille)) = of_code else { continue };
        let mesures = match famille {
            Famille::DepassementAutorise => {
                Mesures::nombre(count).avec(Part::Depassement, all(1_050))
            }
            Famille::MajorationDeCoordination => Mesures::nombre(count)
                .avec(Part::Honoraires, all(500))
                .avec(Part::Base, all(500))
                .avec(Part::Ticket, all(150)),
            Famille::AvisPonctuel | Famille::AvisDeChirurgien => {
                mesures.avec(Part::Reference, all(3_150))
            }
        };
        add(Nature::Supplement, [i16::from(famille.code()), specialite, 0], mesures);
    }
}
