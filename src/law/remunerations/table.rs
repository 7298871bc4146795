//! What was paid in which years, and what each amount depends on.

use crate::domain::remuneration::{Manque, NatureRemuneration};
use crate::law::parameters::Parametre;

/// How an amount is made of the list of patients.
#[derive(Debug, Clone, Copy)]
pub(super) enum Compte {
    /// So much for each patient, by band of age outside and inside long-term conditions; nothing where there is
    /// none. Who was not seen for two years may be worth the floor instead.
    ParEtat { hors_ald: [Option<Parametre>; 4], ald: [Parametre; 4], plancher: Option<Parametre> },
    /// So much for some of the patients, or at most for each.
    AuPlus(Parametre),
    /// Points at most, worth more to who has more patients.
    Points(Parametre),
    /// A point is worth more to who has more patients; how many are won is not known at all.
    Point,
    /// An amount for each, of a number that is not on the list of patients.
    HorsListe(&'static [Parametre]),
    /// What is billed with acts, by letter.
    Lettres(&'static [&'static str]),
}

/// Something that was paid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Definition {
    pub nature: NatureRemuneration,
    /// In French.
    pub libelle: &'static str,
    /// First and last year.
    pub annees: (i32, i32),
    pub compte: Compte,
    /// Whether it is kept for doctors at opposable tariffs.
    pub opposables: bool,
    pub manque: &'static [Manque],
    /// What else is to be known of it, in French.
    pub remarque: &'static str,
}

const SANS_FIN: i32 = i32::MAX;

impl Definition {
    const fn de(
        nature: NatureRemuneration,
        libelle: &'static str,
        annees: (i32, i32),
        compte: Compte,
    ) -> Self {
        Self { nature, libelle, annees, compte, opposables: false, manque: &[], remarque: "" }
    }

    const fn opposables(self) -> Self {
        Self { opposables: true, ..self }
    }

    const fn manque(self, manque: &'static [Manque]) -> Self {
        Self { manque, ..self }
    }

    const fn remarque(self, remarque: &'static str) -> Self {
        Self { remarque, ..self }
    }
}

use Manque as M;
use NatureRemuneration as N;
use Parametre as P;

const RMT: [Parametre; 4] = [P::ForfaitAldStock; 4];

/// Everything that was paid, the oldest first.
pub(super) static DEFINITIONS: &[Definition] = &[
    Definition::de(
        N::MedecinReferent,
        "Forfait du médecin référent (option de 1998)",
        (1998, 2004),
        Compte::HorsListe(&[P::ForfaitReferent]),
    )
    .manque(&[M::Adhesion])
    .remarque(
        "Il est dû pour chaque acte d'adhésion signé avec un patient ; le registre commence avec le médecin traitant et n'en tient aucun.",
    ),
    Definition::de(
        N::ForfaitAld,
        "Rémunération du médecin traitant (RMT) pour ses patients en ALD",
        (2005, 2012),
        Compte::ParEtat { hors_ald: [None; 4], ald: RMT, plancher: None },
    ),
    Definition::de(
        N::ForfaitMedecinTraitant,
        "Rémunération du médecin traitant (RMT) en ALD, et forfait médecin traitant (FMT) pour les autres patients",
        (2013, 2017),
        Compte::ParEtat { hors_ald: [Some(P::FmtHorsAld); 4], ald: RMT, plancher: None },
    ),
    Definition::de(
        N::ForfaitPostAld,
        "Forfait de suivi après une ALD (RST)",
        (2012, 2017),
        Compte::HorsListe(&[]),
    )
    .manque(&[M::Ald, M::Montant])
    .remarque("La convention de 2016 le maintient à son annexe 10 ; son montant n'a été lu dans aucune source."),
    Definition::de(
        N::ForfaitPatientele,
        "Forfait patientèle médecin traitant (FPMT)",
        (2018, 2025),
        Compte::ParEtat {
            hors_ald: [Some(P::Fpmt0a6), Some(P::Fpmt7a79), Some(P::Fpmt7a79), Some(P::Fpmt80)],
            ald: [P::FpmtAld, P::FpmtAld, P::FpmtAld, P::FpmtAld80],
            plancher: None,
        },
    )
    .opposables(),
    Definition::de(
        N::MajorationPrecarite,
        "Majoration du forfait patientèle quand plus de 7 % des patients ont la complémentaire santé solidaire",
        (2018, 2025),
        Compte::HorsListe(&[]),
    )
    .opposables()
    .manque(&[M::C2s, M::Montant])
    .remarque("Une seule source donne le seuil, et aucune le montant."),
    Definition::de(
        N::ForfaitUnique,
        "Forfait médecin traitant unique (FMT)",
        (2026, SANS_FIN),
        Compte::ParEtat {
            hors_ald: [
                Some(P::FmtMoins7),
                Some(P::Fmt7a74),
                Some(P::Fmt75a79),
                Some(P::Fmt80),
            ],
            ald: [P::FmtAld, P::FmtAld, P::FmtAld, P::FmtAld80],
            plancher: Some(P::FmtNonVu),
        },
    )
    .opposables(),
    Definition::de(
        N::SupplementC2s,
        "Supplément du forfait par bénéficiaire de la complémentaire santé solidaire",
        (2026, SANS_FIN),
        Compte::AuPlus(P::FmtC2s),
    )
    .opposables()
    .manque(&[M::C2s]),
    Definition::de(
        N::MajorationMedecin,
        "Majoration du forfait selon l'âge du médecin et la zone où il exerce",
        (2026, SANS_FIN),
        Compte::HorsListe(&[]),
    )
    .opposables()
    .manque(&[M::SituationDuMedecin, M::Montant])
    .remarque("Une seule source donne les taux : 10 %, et pour une première installation en zone prioritaire 50 % puis 30 %."),
    Definition::de(
        N::Prevention,
        "Part variable du forfait : indicateurs de prévention atteints",
        (2026, SANS_FIN),
        Compte::HorsListe(&[]),
    )
    .opposables()
    .manque(&[M::Indicateurs, M::Montant])
    .remarque("L'Assurance maladie annonce 5 € par indicateur et par patient ; aucune autre source lue ne le confirme."),
    Definition::de(
        N::Capi,
        "Contrat d'amélioration des pratiques individuelles (CAPI)",
        (2009, 2011),
        Compte::AuPlus(P::CapiPlafondPatient),
    )
    .manque(&[M::Adhesion, M::Indicateurs]),
    Definition::de(
        N::Rosp,
        "Rémunération sur objectifs de santé publique (ROSP)",
        (2012, 2025),
        Compte::Point,
    )
    .manque(&[M::Adhesion, M::Indicateurs]),
    Definition::de(
        N::VoletDeSynthese,
        "Volet annuel de synthèse du dossier",
        (2012, 2017),
        Compte::Points(P::RospPointsVas),
    )
    .manque(&[M::Adhesion, M::VoletsEtablis]),
    Definition::de(
        N::MajorationActe,
        "Actes et majorations propres au médecin traitant, ou à ses jeunes patients",
        (2005, SANS_FIN),
        Compte::Lettres(&["IMT", "MEG", "MPA", "MRT", "MUT", "VL"]),
    )
    .manque(&[M::ActesFactures])
    .remarque("Ils sont facturés avec un acte, à un moment donné, et se lisent sur les feuilles de soins : la liste des patients ne les donne pas."),
];
