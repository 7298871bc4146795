//! What small numbers leave to be found: nothing.

use super::*;

/// A class of ten is hidden, one of eleven is told; the class that is hidden beside it is the smallest.
#[test]
fn ten_is_hidden_and_eleven_is_told() {
    let at =
        |designe: MedecinDesigne, age| cell(Nature::Assure, age, [i16::from(designe.code()), 0, 0]);
    let told = |small: i64| {
        let stock = vec![
            (
                at(MedecinDesigne::Generaliste, ClasseAge::DeSeizeAVingtQuatre),
                Mesures::nombre(small),
            ),
            (
                at(MedecinDesigne::Generaliste, ClasseAge::DeVingtCinqATrenteNeuf),
                Mesures::nombre(40),
            ),
            (
                at(MedecinDesigne::Generaliste, ClasseAge::DeQuaranteACinquanteNeuf),
                Mesures::nombre(90),
            ),
        ];
        let matiere = Matiere { stock, ..Matiere::default() };
        let lines = chiffres(Tableau::Designation, (Methode::Cour2013, Some(Axe::Age)), &matiere);
        let of = |line: &traitant::domain::statistiques::Ligne| {
            let found =
                line.chiffres.iter().find(|one| one.indicateur == Indicateur::AssuresDesignants);
            (line.classe.clone().map(|(_, name)| name), found.unwrap().valeur)
        };
        lines.iter().map(of).collect::<Vec<_>>()
    };
    let row = |name: &str, valeur| (Some(name.to_owned()), valeur);
    let hidden = Valeur::Secret;
    assert_eq!(
        told(10),
        [
            row("16-24", hidden),
            row("25-39", hidden),
            row("40-59", Valeur::Nombre(90)),
            (None, Valeur::Nombre(140)),
        ]
    );
    assert_eq!(told(SEUIL)[0], row("16-24", Valeur::Nombre(SEUIL)));
}

/// Acts have a price: the amount of those that are hidden is hidden with them, in each table that gives it, though an amount of
/// all acts together is told.
#[test]
fn an_amount_does_not_tell_how_many_acts_are_hidden() {
    for (others, hidden) in [(0, false), (1, true), (10, true), (11, false)] {
        let (majorable, mesures) = consultations(Classe2013::Hors, 23, 79);
        let (other, few) = consultations(Classe2013::ParcoursEtAssimiles, 1, others);
        let flux = vec![(majorable, mesures.avec(Part::Majoration, 79 * 1060)), (other, few)];
        let matiere = Matiere { flux, ..Matiere::default() };
        let of = |tableau, which| figure(tableau, Methode::Cour2013, &matiere, which).valeur;
        let count = of(Tableau::Majorations, Indicateur::ActesMajorables);
        let amount = of(Tableau::Majorations, Indicateur::MontantMajorations);
        let lines = chiffres(Tableau::Financement, (Methode::Cour2013, None), &matiere);
        let named = lines
            .iter()
            .find(|line| line.classe.as_ref().is_some_and(|(_, name)| name == "majorations"));
        let of_line = |which| {
            named.unwrap().chiffres.iter().find(|one| one.indicateur == which).unwrap().valeur
        };
        let paid = of_line(Indicateur::ChargeMenages);
        if hidden {
            assert_eq!([count, amount, paid], [Valeur::Secret; 3], "{others}");
        } else {
            assert_eq!(count, Valeur::Nombre(79));
            assert_eq!([amount, paid], [Valeur::Centimes(83_740); 2]);
        }
    }
}
