//! Searches for a doctor: states, contacts and answers.

use chrono::{DateTime, NaiveDate};
use traitant::domain::conciliation::{
    ActionConciliation, Conciliation, ConciliationRefusee, Contact, EtatConciliation,
    PartieConciliation, ReponseMedecin,
};
use traitant::domain::identifiers::{CommuneExercice, Organisme, Rpps};
use traitant::domain::ids::{ConciliationId, ContactId, MedecinId, PatientId};
use uuid::Uuid;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn dossier() -> Conciliation {
    Conciliation {
        id: ConciliationId::from_uuid(Uuid::nil()),
        patient_id: PatientId::from_uuid(Uuid::nil()),
        organisme: Organisme::parse("010110000").unwrap(),
        commune: CommuneExercice::parse("01004").unwrap(),
        demandee_par: PartieConciliation::Patient,
        demandee_le: day("2025-06-01"),
        version: 1,
        etat: EtatConciliation::Ouverte,
        medecin: None,
        terminee_le: None,
        contacts: Vec::new(),
        enregistre_le: DateTime::UNIX_EPOCH,
    }
}

fn contact(contacte_le: &str, repondu_le: Option<&str>) -> Contact {
    Contact {
        id: ContactId::from_uuid(Uuid::nil()),
        version: 1,
        medecin_id: MedecinId::from_uuid(Uuid::nil()),
        rpps: Rpps::parse("99900001233").unwrap(),
        par: PartieConciliation::Caisse,
        contacte_le: day(contacte_le),
        reponse: repondu_le.map_or(ReponseMedecin::Attendue, |_| ReponseMedecin::Refus),
        repondu_le: repondu_le.map(day),
        declaration_id: None,
    }
}

/// Every state; whose the actions are is in the table of rights.
#[test]
fn an_open_file_moves_and_an_ended_one_does_not() {
    use ActionConciliation as A;
    let mut one = dossier();
    let all = |one: &Conciliation| one.actions(|_| true);
    assert_eq!(all(&one), [A::Contacter, A::Trouver, A::Abandonner, A::Clore]);
    assert_eq!(one.actions(|action| action != A::Clore), [A::Contacter, A::Trouver, A::Abandonner]);
    one.contact(contact("2025-06-02", None), day("2025-06-02")).unwrap();
    assert_eq!(all(&one), [A::Contacter, A::Repondre, A::Trouver, A::Abandonner, A::Clore]);
    for etat in
        [EtatConciliation::MedecinTrouve, EtatConciliation::Abandonnee, EtatConciliation::Close]
    {
        let mut ended = one.clone();
        ended.end(etat, None, day("2025-06-30"));
        assert_eq!(all(&ended), [], "{etat:?}");
        assert_eq!(ended.allow(), Err(ConciliationRefusee::Terminee { etat }));
    }
}

#[test]
fn a_doctor_is_contacted_in_the_past_and_answers_afterwards() {
    let today = day("2025-06-16");
    let add = |contacte_le, repondu_le| dossier().contact(contact(contacte_le, repondu_le), today);
    assert_eq!(add("2025-06-16", None), Ok(()));
    assert_eq!(add("2025-06-17", None), Err(ConciliationRefusee::ContactFutur));
    assert_eq!(add("2025-06-16", Some("2025-06-17")), Err(ConciliationRefusee::ReponseFuture));
    assert_eq!(add("2025-06-10", Some("2025-06-10")), Ok(()));
    let before = add("2025-06-10", Some("2025-06-09"));
    assert_eq!(before, Err(ConciliationRefusee::ReponseAvantContact));
}

#[test]
fn silence_may_be_broken_but_an_answer_stays() {
    let today = day("2025-06-16");
    let mut one = dossier();
    one.contact(contact("2025-06-02", None), today).unwrap();
    let id = ContactId::from_uuid(Uuid::nil());
    let nobody = ContactId::from_uuid(Uuid::max());
    let silent = ReponseMedecin::SansReponse;
    assert_eq!(one.answer(nobody, silent, today, today), Err(ConciliationRefusee::ContactInconnu));
    assert_eq!(
        one.answer(id, ReponseMedecin::Attendue, today, today),
        Err(ConciliationRefusee::ReponseAttendue)
    );
    assert_eq!(one.answer(id, silent, day("2025-06-12"), today).unwrap().version, 2);
    let agreed = one.answer(id, ReponseMedecin::Accord, today, today).unwrap();
    assert_eq!((agreed.version, agreed.repondu_le), (3, Some(today)));
    assert_eq!(
        one.answer(id, ReponseMedecin::Refus, today, today),
        Err(ConciliationRefusee::DejaRepondu)
    );
}

#[test]
fn waiting_is_counted_in_whole_days_until_the_end_or_today() {
    let mut one = dossier();
    assert_eq!(one.jours_d_attente(day("2025-06-01")), 0);
    assert_eq!(one.jours_d_attente(day("2025-06-16")), 15);
    one.end(EtatConciliation::Abandonnee, None, day("2025-06-08"));
    assert_eq!(one.jours_d_attente(day("2025-06-16")), 7);
}
