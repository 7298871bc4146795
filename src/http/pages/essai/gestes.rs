//! What may be tried, as a table: to add a gesture is to add its line. The form, the request, the curl and the answer come from it.

use super::super::champs::{Question, Saisie, question};
use super::choix::{CHOISIR, DECLARATIONS};
use super::geste::{Etape, Geste, Role, Vue, geste};

use Etape::{Agir, Choisir, Creer, Demander, Dernier, Envoyer, Garder, Lire};
use Role::{Caisse, Medecin, Patient, Referentiel, Representant, Statistiques};

const QUI_LIT: &[Role] = &[Patient, Representant, Medecin, Caisse];

/// Whoever is told what concerns persons or doctors.
const QUI_SUIT: &[Role] = &[Patient, Representant, Medecin, Caisse, Referentiel];

const JOUR: Question = question("jour", "Quel jour ?", "", Saisie::Jour);

const FEUILLES: &str = "/v1/patients/{patient_id}/feuilles-de-soins?du={deux_ans}&limite=100";

/// Everything, by subject.
pub(super) const GESTES: &[(&str, &[Geste])] = &[
    ("Savoir", SAVOIR),
    ("Choisir un médecin traitant", CHOISIR),
    ("Se faire soigner, être remboursé", SOIGNER),
    ("La vie passe", VIVRE),
    ("Autre chose", AUTRE),
];

const SAVOIR: &[Geste] = &[
    geste("moi", "Qui suis-je, pour le service ?", &[], &[Lire("/v1/moi")]),
    geste(
        "medecin-traitant",
        "Le médecin traitant, un jour donné",
        &[Patient, Representant, Caisse],
        &[Lire("/v1/patients/{patient_id}/medecin-traitant?en_vigueur_le={jour}")],
    )
    .demande(&[JOUR]),
    geste(
        "consultation",
        "Lire la carte : y a-t-il un médecin traitant ?",
        &[Medecin],
        &[Demander(
            "/v1/medecins-traitants/consultation",
            r#"{"identifiant": "{identifiant}", "date_naissance": "{naissance}", "en_vigueur_le": "{jour}"}"#,
        )],
    )
    .demande(&[JOUR]),
    geste(
        "famille",
        "Lire la carte : toute la famille",
        &[Medecin],
        &[Demander("/v1/familles/consultation", r#""{carte}""#)],
    ),
    geste(
        "histoire",
        "L'histoire, sur une frise",
        QUI_LIT,
        &[Lire("/v1/patients/{patient_id}/designations")],
    )
    .montre(Vue::Frise)
    .aide("Ce qui était en vigueur, et tel qu'on le savait alors. Hugo et Germaine ont une histoire."),
    geste("declarations", "Les déclarations", QUI_LIT, &[Lire(DECLARATIONS)]).montre(Vue::Liste(&[
        ("Numéro", "/numero"),
        ("État", "/etat"),
        ("Enregistrée", "/enregistree_le"),
    ])),
    geste("dossier", "Le dossier", QUI_LIT, &[Lire("/v1/patients/{patient_id}")]),
    geste("proches", "Mes enfants, ceux que je représente", &[Patient], &[Lire("/v1/moi/proches")])
        .montre(Vue::Liste(&[("Prénom", "/prenom"), ("Âge", "/age"), ("En qualité de", "/nature")])),
    geste("patientele", "Mes patients", &[Medecin], &[Lire("/v1/moi/patients")]),
    geste("a-faire", "Ce qui m'attend", QUI_SUIT, &[Lire("/v1/moi/a-faire")]).montre(Vue::Liste(&[
        ("Depuis", "/depuis"),
        ("Rubrique", "/rubrique"),
        ("Pourquoi", "/action/pourquoi"),
    ])),
    geste("fil", "Le fil de ce qui se passe", QUI_SUIT, &[Lire("/v1/evenements?limite=50")]).montre(
        Vue::Liste(&[
            ("Su le", "/enregistre_le"),
            ("Nature", "/nature"),
            ("Compte à partir du", "/effet_du"),
        ]),
    ),
    geste(
        "statistiques",
        "Les tableaux de statistiques, sans personne",
        &[Caisse, Statistiques],
        &[Lire("/v1/statistiques")],
    ),
    geste("acces", "Qui a regardé mon dossier ?", &[Patient], &[Lire("/v1/moi/acces?limite=50")])
        .montre(TRACES),
    geste(
        "traces",
        "Qui a regardé ce dossier ?",
        &[Representant, Caisse],
        &[Lire("/v1/patients/{patient_id}/acces?limite=50")],
    )
    .montre(TRACES)
    .aide("La caisse de la personne reconnaît ses propres agents."),
];

const TRACES: Vue =
    Vue::Liste(&[("Quand", "/survenu_le"), ("Qui", "/qui"), ("Quoi", "/operation")]);

const SOIGNER: &[Geste] = &[
    geste(
        "feuille",
        "Envoyer une feuille de soins",
        &[Medecin],
        &[Envoyer("POST", "/v1/feuilles-de-soins")],
    )
    .demande(&[question(
        "corps",
        "La feuille",
        "Elle peut être corrigée, ou abîmée pour voir ce qui est refusé.",
        Saisie::Long,
    )])
    .montre(Vue::Explication),
    geste(
        "simuler",
        "La même feuille, sans l'enregistrer",
        &[Medecin],
        &[Demander("/v1/simulations/registre", r#"{"feuille": "{feuille}"}"#)],
    )
    .montre(Vue::Explication),
    geste("feuilles", "Les feuilles de soins", QUI_LIT, &[Lire(FEUILLES)]).montre(Vue::Liste(&[
        ("Soins du", "/date_soins"),
        ("Situation", "/synthese/situation_determinee"),
        ("Remboursé", "/synthese/rembourse_amo_centimes"),
        ("Reste", "/synthese/reste_a_charge_centimes"),
    ])),
    geste(
        "explication",
        "La dernière feuille, expliquée au patient",
        QUI_LIT,
        &[
            Lire(FEUILLES),
            Dernier,
            Garder("feuille_id", "/id"),
            Lire("/v1/feuilles-de-soins/{feuille_id}"),
        ],
    )
    .montre(Vue::Explication)
    .aide("Ingrid, William, Yasmine et Xenia ont des feuilles."),
    geste(
        "instruction",
        "La dernière feuille, instruite pour le technicien",
        &[Caisse],
        &[
            Lire(FEUILLES),
            Dernier,
            Garder("feuille_id", "/id"),
            Garder("numero", "/synthese/numero"),
            Lire("/v1/feuilles-de-soins/{feuille_id}/evaluations/{numero}/instruction"),
        ],
    )
    .montre(Vue::Instruction)
    .aide("Chaque règle, appliquée ou non, et le fait qui a décidé."),
    geste(
        "adresser",
        "Adresser le patient au cardiologue",
        &[Medecin],
        &[Creer(
            "/v1/patients/{patient_id}/adressages",
            r#"{"nature": "avis_ponctuel", "correspondants": [{"rpps": "99900002017"}]}"#,
        )],
    )
    .aide("Seul le médecin traitant du jour le peut."),
    geste(
        "reevaluer",
        "Essayer une réévaluation",
        &[Caisse],
        &[Creer(
            "/v1/reevaluations",
            r#"{"motif": "fait_tardif", "du": "{deux_ans}", "patient_id": "{patient_id}"}"#,
        )],
    )
    .aide(
        "Après un choix arrivé tard : ce que changerait une nouvelle évaluation, sans rien écrire.",
    ),
];

const VIVRE: &[Geste] = &[
    geste(
        "caisse",
        "Prendre en charge cette personne : changement de caisse",
        &[Caisse],
        &[Creer(
            "/v1/mutations",
            r#"{"identifiant": "{identifiant}", "nom": "{nom}", "prenom": "{prenom}", "date_naissance": "{naissance}",
                "organisme": "{organisme}", "affilie_du": "{jour}"}"#,
        )],
    )
    .demande(&[JOUR])
    .aide("À demander par la nouvelle caisse ; l'ancienne en est avertie, et la désignation continue."),
    geste(
        "retraite",
        "Préparer la retraite du médecin",
        &[Referentiel],
        &[Creer(
            "/v1/operations",
            r#"{"rpps": "{rpps}", "nature": "retraite", "effet_du": "{jour}"}"#,
        )],
    )
    .demande(&[JOUR])
    .aide("Un agent prépare, l'autre confirme."),
    geste(
        "confirmer",
        "Confirmer ce que l'autre agent a préparé",
        &[Referentiel],
        &[
            Lire("/v1/operations"),
            Choisir("confirmer"),
            Garder("operation", "/id"),
            Garder("version", "/version"),
            Agir("/v1/operations/{operation}/confirmation", ""),
        ],
    ),
    geste("horloge", "Avancer l'horloge", &[], &[Demander("/bac-a-sable/horloge", r#"{"jours": "{jours}"}"#)])
        .demande(&[question(
            "jours",
            "De combien de jours ?",
            "Onze : la déclaration de Corentin expire. Trente : Lucas a seize ans. Trois cent six : la protection de Germaine finit.",
            Saisie::Texte("numeric"),
        )]),
    geste("zero", "Tout remettre à zéro", &[], &[Demander("/bac-a-sable/remise-a-zero", "")])
        .aide("Ce qui a été enregistré depuis le début est effacé, et l'horloge remise à l'heure."),
];

const AUTRE: &[Geste] = &[geste(
    "libre",
    "N'importe quelle requête, sous ce jeton",
    &[],
    &[Envoyer("{methode}", "{chemin}")],
)
.demande(&[
    question(
        "methode",
        "Méthode",
        "",
        Saisie::Choix(&[("GET", "GET"), ("POST", "POST"), ("DELETE", "DELETE")]),
    ),
    question(
        "chemin",
        "Adresse",
        "Toutes sont dans la documentation, /docs/.",
        Saisie::Texte("text"),
    ),
    question(
        "etag",
        "Version lue (If-Match)",
        "Pour agir sur ce qui existe : le nombre « version ».",
        Saisie::Texte("numeric"),
    ),
    question("corps", "Corps", "Du JSON, ou rien.", Saisie::Long),
])];

/// A gesture that this role may do.
pub(super) fn trouve(cle: &str, role: Role) -> Option<&'static Geste> {
    GESTES.iter().flat_map(|(_, all)| all.iter()).find(|one| one.cle == cle && one.pour(role))
}
