//! What may be tried of a choice: to sign it as each party, to refuse it, to contest it, to end it.

use super::super::champs::{Question, Saisie, question};
use super::geste::{Etape, Geste, Role, geste};

use Etape::{Agir, Choisir, Creer, Demander, Garder, Lire, Signer};
use Role::{Caisse, Medecin, Patient, Representant};

const COTE_PATIENT: &[Role] = &[Patient, Representant];

const SIGNATAIRE: Question = question(
    "signataire",
    "Qui signe pour le patient ?",
    "",
    Saisie::Choix(&[
        ("assure", "Le patient lui-même"),
        ("titulaire_autorite_parentale", "Un parent"),
        ("tuteur", "Son tuteur"),
    ]),
);
const MOTIF: Question = question("motif", "Pourquoi ?", "", Saisie::Texte("text"));

/// What the parties sign.
const APERCU: &str = "/v1/declarations/apercu";
pub(super) const DECLARATIONS: &str = "/v1/patients/{patient_id}/declarations";
const PAR_LA_CARTE: &str = r#"{"patient": "{carte}", "medecins": [{"rpps": "{rpps}"}]}"#;
const PAR_LE_DOSSIER: &str =
    r#"{"patient": {"id": "{patient_id}"}, "medecins": [{"rpps": "{rpps}"}]}"#;

pub(super) const CHOISIR: &[Geste] = &[
    geste(
        "declarer",
        "Déclarer ensemble : carte Vitale et carte CPS",
        &[Medecin],
        &[
            Demander(APERCU, PAR_LA_CARTE),
            Garder("contenu", "/contenu_sha256"),
            Signer("{signataire}", "carte_vitale", "signature"),
            Signer("medecin", "cps", "signature_medecin"),
            Creer(
                "/v1/declarations",
                r#"{"patient": "{carte}", "medecins": [{"rpps": "{rpps}"}], "signatures": ["{signature}", "{signature_medecin}"]}"#,
            ),
        ],
    )
    .demande(&[SIGNATAIRE])
    .aide("Les deux signent le même contenu ; le choix vaut aussitôt. À seize et dix-sept ans, un parent signe aussi."),
    geste(
        "proposer",
        "Signer seul, et attendre le patient",
        &[Medecin],
        &[
            Demander(APERCU, PAR_LA_CARTE),
            Garder("contenu", "/contenu_sha256"),
            Signer("medecin", "cps", "signature"),
            Creer(
                "/v1/declarations",
                r#"{"patient": "{carte}", "medecins": [{"rpps": "{rpps}"}], "signatures": ["{signature}"]}"#,
            ),
        ],
    ),
    geste(
        "choisir",
        "Choisir ce médecin, et signer sur le portail",
        COTE_PATIENT,
        &[
            Demander(APERCU, PAR_LE_DOSSIER),
            Garder("contenu", "/contenu_sha256"),
            Signer("{qualite}", "franceconnect", "signature"),
            Creer(
                "/v1/declarations",
                r#"{"patient": {"id": "{patient_id}"}, "medecins": [{"rpps": "{rpps}"}], "signatures": ["{signature}"]}"#,
            ),
        ],
    )
    .aide("La déclaration attend ensuite le médecin ; un jeune de seize ou dix-sept ans, un parent aussi."),
    geste(
        "signer",
        "Signer la déclaration qui attend",
        COTE_PATIENT,
        &[
            Lire(DECLARATIONS),
            Choisir("signer"),
            Garder("declaration", "/id"),
            Garder("version", "/version"),
            Garder("contenu", "/contenu_sha256"),
            Signer("{qualite}", "franceconnect", "signature"),
            Agir("/v1/declarations/{declaration}/signatures", r#""{signature}""#),
        ],
    )
    .aide("Corentin a une déclaration que son médecin a signée."),
    geste(
        "signer-medecin",
        "Signer la déclaration qui attend",
        &[Medecin],
        &[
            Lire(DECLARATIONS),
            Choisir("signer"),
            Garder("declaration", "/id"),
            Garder("version", "/version"),
            Garder("contenu", "/contenu_sha256"),
            Signer("medecin", "cps", "signature"),
            Agir("/v1/declarations/{declaration}/signatures", r#""{signature}""#),
        ],
    )
    .aide("Damien a signé et attend Camille ESSAI-MARTIN."),
    geste(
        "refuser",
        "Refuser la déclaration qui attend",
        &[Patient, Representant, Medecin],
        &[
            Lire(DECLARATIONS),
            Choisir("refuser"),
            Garder("declaration", "/id"),
            Garder("version", "/version"),
            Agir("/v1/declarations/{declaration}/refus", r#"{"motif": "{motif}"}"#),
        ],
    )
    .demande(&[MOTIF]),
    geste(
        "papier",
        "Enregistrer un papier signé au guichet",
        &[Caisse],
        &[
            Demander(APERCU, PAR_LE_DOSSIER),
            Garder("contenu", "/contenu_sha256"),
            Creer(
                "/v1/declarations",
                r#"{"patient": {"id": "{patient_id}"}, "medecins": [{"rpps": "{rpps}"}], "signatures": [
                    {"role": "{signataire}", "moyen": "papier_original_vu", "signe_le": "{jour}", "contenu_sha256": "{contenu}",
                     "preuve": {"temoin": "agent-fictif", "reference_archive": "BAC-A-SABLE"}},
                    {"role": "medecin", "rpps": "{rpps}", "moyen": "papier_original_vu", "signe_le": "{jour}", "contenu_sha256": "{contenu}",
                     "preuve": {"temoin": "agent-fictif", "reference_archive": "BAC-A-SABLE"}}]}"#,
            ),
        ],
    )
    .demande(&[SIGNATAIRE]),
    geste(
        "contester",
        "Contester un choix : ce n'est pas le mien",
        COTE_PATIENT,
        &[
            Lire(DECLARATIONS),
            Choisir("contester"),
            Garder("declaration", "/id"),
            Garder("version", "/version"),
            Agir("/v1/declarations/{declaration}/contestation", r#"{"motif": "{motif}"}"#),
        ],
    )
    .demande(&[MOTIF])
    .aide("Un choix enregistré par la caisse ou par le médecin ; la caisse décide ensuite."),
    geste(
        "trancher",
        "Décider d'une contestation",
        &[Caisse],
        &[
            Lire(DECLARATIONS),
            Choisir("trancher"),
            Garder("declaration", "/id"),
            Garder("version", "/version"),
            Agir(
                "/v1/declarations/{declaration}/contestation/decision",
                r#"{"retenue": "{retenue}", "motif": "{motif}"}"#,
            ),
        ],
    )
    .demande(&[
        question(
            "retenue",
            "La contestation est-elle fondée ?",
            "",
            Saisie::Choix(&[("true", "Oui : le choix n'a jamais valu"), ("false", "Non : il vaut")]),
        ),
        MOTIF,
    ])
    .aide("Jonas conteste un choix : sa caisse doit décider."),
    geste(
        "retirer",
        "Mettre fin au choix, sans en faire un autre",
        &[Patient, Representant, Caisse],
        &[
            Lire(DECLARATIONS),
            Choisir("retirer"),
            Garder("declaration", "/id"),
            Garder("version", "/version"),
            Agir("/v1/declarations/{declaration}/retrait", "{}"),
        ],
    ),
];
