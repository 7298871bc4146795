//! Identities that hold for any feuille, day and patient.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use traitant::domain::adressage::NatureAdressage;
use traitant::domain::evaluation::{
    AdressageConnu, Appartenance, CouvertureConnue, Evaluation, Montants, RelationMt,
};
use traitant::domain::feuille_de_soins::{
    Complementaire, Contrat, Convention, Garantie, MotifExclusion, NatureAssurance, Nomenclature,
    OptionTarifaire, QualificatifDepense, RegimeLocal,
};
use traitant::domain::money::{Centimes, Taux};
use traitant::domain::vocabulary::Vocabulaire;
use traitant::law::LawError;
use traitant::law::parameters::Parametre;
use traitant::law::reglement::reglement;
use traitant::law::situation::DateDesSoins;

use super::support::{LAW, Question, consultation, day};

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0u64..7670).prop_map(|offset| day("2006-01-01") + Days::new(offset))
}

prop_compose! {
    fn any_question()(
        date in any_day(),
        lines in prop::collection::vec(
            (prop::sample::select(vec!["G", "CS", "C2", "MPC", "MCS", "MRT", "V", "TCG", "ZZZ"]), 0i64..30_000, 0i64..30_000, 1u16..4),
            1..6,
        ),
        age in 0u8..100,
        relation in prop::sample::select(RelationMt::TOUS.to_vec()),
        indicateur in prop::sample::select(vec!["", "T", "N", "R", "O", "M", "D", "U", "H", "J", "B", "A", "S", "S1", "S2"]),
        complementaire in prop::sample::select(vec![
            Complementaire::Aucune, Complementaire::Amc, Complementaire::C2sSansParticipation, Complementaire::Ame,
        ]),
        exoneration in prop::sample::select(vec!["0", "41", "42", "55"]),
        specialite in prop::sample::select(vec!["01", "03", "22", "33", "38"]),
        motif in prop::option::of(prop::sample::select(MotifExclusion::TOUS)),
        regime_local in prop::sample::select(RegimeLocal::TOUS),
        already in (0i64..1_000, 0i64..6_000),
        contrat in prop::option::of((any::<bool>(), any_guarantee())),
        performer in (prop::sample::select(Convention::TOUS), prop::sample::select(OptionTarifaire::TOUS)),
        qualificatif in prop::option::of(prop::sample::select(vec![QualificatifDepense::Da, QualificatifDepense::De])),
        third_party in (any::<bool>(), any::<bool>()),
        referral in prop::option::of(prop::sample::select(NatureAdressage::TOUS)),
        couverture in prop::option::weighted(0.2, prop::sample::select(CouvertureConnue::TOUS)),
        maternity in prop::option::weighted(0.2, 0u64..400),
    ) -> Question {
        let mut asked = consultation(date, 0);
        asked.soins.actes.clear();
        for (index, (code, fees, base, quantite)) in lines.iter().enumerate() {
            let numero = u16::try_from(index + 1).unwrap();
            let mut line = super::support::acte(numero, date, code, *fees);
            line.base = Some(Centimes::new(*base));
            line.quantite = *quantite;
            asked.soins.actes.push(line);
        }
        asked = asked.age(age).mt(relation).indicateur(indicateur).complementaire(complementaire)
            .exoneration(exoneration).specialite(specialite);
        if matches!(indicateur, "O" | "M") {
            asked = asked.adresse_par("ESSAI").indicateur(indicateur);
        }
        asked.soins.parcours.motif_exclusion = motif;
        asked.soins.beneficiaire.regime_local = regime_local;
        asked.soins.executant.date_installation = Some(day("2020-01-01"));
        asked.soins.beneficiaire.contrat =
            contrat.map(|(responsable, garantie)| Contrat { responsable, garantie });
        (asked.soins.executant.convention, asked.soins.executant.option_tarifaire) = performer;
        asked.soins.actes[0].qualificatif = qualificatif;
        asked.soins.paiement.tiers_payant_amo = third_party.0;
        asked.soins.paiement.tiers_payant_amc = third_party.1;
        if let Some(before) = maternity {
            asked.soins.assurance.nature = NatureAssurance::Maternite;
            asked.soins.assurance.date_reference = Some(date - Days::new(before));
        }
        let known = AdressageConnu { nature: referral, ..AdressageConnu::default() };
        asked.faits.registre.adressages = vec![(1, known)];
        asked.faits.registre.couvertures =
            couverture.map(|known| (date, known)).into_iter().collect();
        asked.faits.participations_jour = vec![(date, Centimes::new(already.0))];
        asked.faits.participations_an = vec![(chrono::Datelike::year(&date), Centimes::new(already.1))];
        asked
    }
}

fn any_guarantee() -> impl Strategy<Value = Garantie> {
    prop_oneof![
        Just(Garantie::TicketModerateur),
        (0u32..50_000).prop_map(Garantie::TauxDeBase),
        (0i64..20_000).prop_map(|cents| Garantie::Montant(Centimes::new(cents))),
    ]
}

/// The sum of the amounts of a sentence, in cents.
fn euros(phrase: &str) -> i64 {
    let cents = |text: &str| {
        let (whole, rest) = text.split_once(',').unwrap_or((text, "00"));
        whole.parse::<i64>().unwrap() * 100 + rest.parse::<i64>().unwrap()
    };
    let number = |before: &str| {
        let bound = before.replace(['\u{a0}', '\u{202f}'], "");
        let start = bound
            .rfind(|c: char| !c.is_ascii_digit() && c != ',')
            .map_or(0, |last| last + bound.get(last..).unwrap().chars().next().unwrap().len_utf8());
        cents(bound.get(start..).unwrap())
    };
    phrase.match_indices('€').map(|(place, _)| number(phrase.get(..place).unwrap())).sum()
}

fn holds(amounts: &Montants) -> Result<(), TestCaseError> {
    let sum = |parts: &[Centimes]| parts.iter().map(|part| part.get()).sum::<i64>();
    prop_assert_eq!(
        sum(&[amounts.rembourse_amo, amounts.part_amc, amounts.reste_a_charge]),
        amounts.honoraires.get(),
        "the parts add up to the fees"
    );
    prop_assert_eq!(sum(&[amounts.part_amo_brute, amounts.ticket_moderateur]), amounts.base.get());
    prop_assert_eq!(
        sum(&[amounts.rembourse_amo, amounts.majoration, amounts.participation]),
        amounts.part_amo_brute.get()
    );
    prop_assert_eq!(sum(&[amounts.base, amounts.depassement]), amounts.honoraires.get());
    for amount in [
        amounts.honoraires,
        amounts.base,
        amounts.part_amo_brute,
        amounts.ticket_moderateur,
        amounts.majoration,
        amounts.participation,
        amounts.rembourse_amo,
        amounts.depassement,
        amounts.part_amc,
        amounts.reste_a_charge,
    ] {
        prop_assert!(amount >= Centimes::ZERO, "nothing is negative: {:?}", amounts);
    }
    Ok(())
}

/// The answer, unless it needs a value or a rule that the law does not have on that day: such a
/// refusal is right, and says nothing of amounts.
fn known(asked: &Question) -> Result<Evaluation, TestCaseError> {
    asked.ask().map_err(|error| match error {
        LawError::ParametreInconnu(_) | LawError::ActePrecoce { .. } => {
            TestCaseError::reject(error.to_string())
        }
        LawError::HorsCouverture { .. }
        | LawError::BaseManquante { .. }
        | LawError::Conflit { .. }
        | LawError::RegistreInvalide
        | LawError::Montant(_) => TestCaseError::fail(error.to_string()),
    })
}

fn total(evaluation: &Evaluation) -> Montants {
    evaluation
        .actes
        .iter()
        .flat_map(|acte| acte.lignes.iter())
        .fold(Montants::default(), |sum, line| sum.plus(&line.montants).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_global_rejects: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_always_add_up_and_nothing_is_negative(asked in any_question()) {
        let answer = known(&asked)?;
        holds(&answer.totaux)?;
        prop_assert_eq!(total(&answer), answer.totaux);
        for acte in &answer.actes {
            holds(&acte.montants)?;
            for line in &acte.lignes {
                holds(&line.montants)?;
            }
            prop_assert!(acte.qualification.majoration || acte.montants.majoration == Centimes::ZERO);
        }
        let lines: usize = answer.actes.iter().map(|acte| acte.lignes.len()).sum();
        prop_assert_eq!(lines, asked.soins.actes.len());
    }

    #[test]
    fn a_medecin_traitant_never_costs_the_patient_more(asked in any_question()) {
        let with = known(&asked.clone().mt(RelationMt::Executant))?;
        prop_assert!(with.totaux.reste_a_charge <= known(&asked)?.totaux.reste_a_charge);
    }

    #[test]
    fn a_responsible_contract_never_pays_the_majoration_nor_the_participation(asked in any_question()) {
        let mut asked = asked.complementaire(Complementaire::Amc);
        if let Some(contrat) = &mut asked.soins.beneficiaire.contrat {
            contrat.responsable = true;
        }
        let amounts = known(&asked)?.totaux;
        prop_assert!(amounts.reste_a_charge.get() >= amounts.majoration.get() + amounts.participation.get());
    }

    #[test]
    fn the_solidarity_cover_leaves_only_the_overrun(asked in any_question()) {
        let amounts = known(&asked.complementaire(Complementaire::C2sSansParticipation))?.totaux;
        prop_assert_eq!(amounts.reste_a_charge, amounts.depassement);
    }

    #[test]
    fn ceilings_are_kept_and_an_exempted_act_has_no_ticket(asked in any_question()) {
        let answer = known(&asked)?;
        let bareme = LAW.bareme_du(DateDesSoins::new(asked.soins.actes[0].date_execution)).unwrap();
        let ceiling = bareme.valeurs().centimes(Parametre::MtmPlafondActe).unwrap().get();
        for acte in &answer.actes {
            let principal = acte.lignes[0].numero_ligne;
            let line = asked.soins.actes.iter().find(|line| line.numero_ligne == principal).unwrap();
            prop_assert!(acte.montants.majoration.get() <= ceiling * i64::from(line.quantite));
            prop_assert!(acte.montants.majoration <= acte.montants.part_amo_brute);
            let exempted = acte.taux == Taux::FULL && line.code.nomenclature() == Nomenclature::Ngap;
            prop_assert!(!exempted || acte.montants.ticket_moderateur == Centimes::ZERO);
            prop_assert!(
                acte.montants.part_amc <= acte.montants.honoraires,
                "nobody is paid more than the fees"
            );
            let undetermined = acte.qualification.appartenance == Appartenance::Indeterminee;
            prop_assert!(!undetermined || !acte.qualification.majoration);
        }
        let year = bareme.valeurs().centimes(Parametre::PfPlafondAn).unwrap();
        let already = asked.faits.participations_an[0].1;
        prop_assert!(answer.totaux.participation <= year.minus_or_zero(already));
    }

    #[test]
    fn payments_add_up_to_the_fees_and_the_patient_pays_what_is_left(asked in any_question()) {
        let answer = known(&asked)?;
        let paid = reglement(&asked.soins, &answer).unwrap();
        let claimed: i64 = paid.creances.iter().map(|one| one.montant.get()).sum();
        let received = [paid.paye_par_le_patient, paid.paye_par_amo, paid.paye_par_amc];
        prop_assert!(received.iter().all(|part| *part >= Centimes::ZERO), "{:?}", paid);
        prop_assert_eq!(
            received.iter().map(|part| part.get()).sum::<i64>(),
            answer.totaux.honoraires.get()
        );
        prop_assert_eq!(
            paid.paye_par_le_patient.get() + claimed
                - paid.rembourse_par_amo.get() - paid.rembourse_par_amc.get(),
            answer.totaux.reste_a_charge.get()
        );
        prop_assert!(asked.soins.paiement.tiers_payant_amo || claimed == 0);
    }

    /// Contracts of every kind included: the parts that are read add up to what is left, to the cent.
    #[test]
    fn the_parts_that_a_patient_reads_add_up_to_what_is_left(asked in any_question()) {
        let answer = known(&asked)?;
        let told = LAW.raconter(&asked.soins, &asked.faits, &answer).unwrap();
        let shares = told.phrases.iter().filter(|phrase| phrase.starts_with("Vous payez "));
        let shares: Vec<i64> = shares.map(|phrase| euros(phrase)).collect();
        let some = answer.actes.iter().any(|acte| acte.montants.base > Centimes::ZERO);
        let left = answer.totaux.reste_a_charge.get();
        let expected = if some && left > 0 { vec![left] } else { vec![] };
        prop_assert_eq!(shares, expected, "{:#?}", told.phrases);
    }

    #[test]
    fn the_same_question_has_the_same_answer(asked in any_question()) {
        prop_assert_eq!(known(&asked)?, known(&asked)?);
    }
}
