//! The command line, in French: commands, options, help and refusals.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory, Parser, Subcommand};

mod exemples;
mod exploitation;
mod porteurs;
mod refus;
mod reprises;
mod statistiques;

use crate::loi::Loi;

pub(crate) use self::exploitation::{Cles, Interprete};
pub(crate) use self::porteurs::{Porteur, Signataire};
pub(crate) use self::reprises::{Annuaire, Reprendre};
pub(crate) use self::statistiques::Statistiques;

pub(crate) const TEMPLATE: &str = "\
{about}

Utilisation : {usage}

{all-args}{after-help}";

/// The settings, as the help lists them.
const VARIABLES: &str = include_str!("cli/variables.txt");

/// Registre des médecins traitants et évaluation des feuilles de soins.
#[derive(Debug, Parser)]
#[command(
    name = "traitant",
    version,
    help_template = TEMPLATE,
    after_help = VARIABLES,
    override_usage = "traitant [COMMANDE]",
    subcommand_help_heading = "Commandes",
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true
)]
struct Cli {
    #[command(subcommand)]
    commande: Option<Commande>,
    /// Affiche cette aide.
    #[arg(short = 'h', long = "help", visible_alias = "aide", action = ArgAction::Help, global = true, help_heading = "Options")]
    aide: Option<bool>,
    /// Affiche la version.
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = "Options")]
    version: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Commande {
    /// Démarre le service (commande par défaut).
    #[command(help_template = TEMPLATE, override_usage = "traitant servir")]
    Servir,
    /// Met la base de DATABASE_URL à la version de ce programme.
    #[command(help_template = TEMPLATE, override_usage = "traitant migrer", after_help = exemples::MIGRER)]
    Migrer,
    /// Délivre un jeton de courte durée du bac à sable.
    #[command(
        help_template = TEMPLATE,
        override_usage = "traitant jeton <PORTEUR>",
        subcommand_help_heading = "Porteurs",
        disable_help_subcommand = true
    )]
    Jeton {
        #[command(subcommand)]
        porteur: Porteur,
    },
    /// Prouve une signature du bac à sable.
    ///
    /// La preuve est un JWS de l'émetteur de preuves du bac à sable, à transmettre avec la signature.
    #[command(
        help_template = TEMPLATE,
        override_usage = "traitant preuve <SIGNATAIRE> [OPTIONS] <SHA256>",
        subcommand_help_heading = "Signataires",
        disable_help_subcommand = true
    )]
    Preuve {
        #[command(subcommand)]
        signataire: Signataire,
    },
    /// Enregistre et évalue un lot de feuilles de soins, une par ligne.
    ///
    /// Les réponses, une par ligne et dans le même ordre, vont à la sortie standard ; l'avancement et le
    /// bilan, à la sortie d'erreur. Une ligne refusée n'arrête pas les autres. Le même lot relancé ne
    /// change rien : un lot interrompu se relance en entier. Le code de sortie est 0 si tout est
    /// enregistré, 3 si des lignes sont refusées.
    #[command(help_template = TEMPLATE, override_usage = "traitant evaluer [OPTIONS] [FICHIER]", after_help = exemples::EVALUER)]
    Evaluer(Evaluer),
    /// Refait les évaluations enregistrées et vérifie qu'elles disent encore la même chose.
    ///
    /// Chaque évaluation est refaite avec les faits et la loi qui lui sont attachés, sans rien lire du
    /// registre, puis comparée à l'octet. Rien n'est écrit. Le code de sortie est 0 si tout est
    /// identique, 3 si une évaluation diffère.
    #[command(help_template = TEMPLATE, override_usage = "traitant rejouer [OPTIONS]", after_help = exemples::REJOUER)]
    Rejouer(Rejouer),
    /// Vérifie que ce que chaque dossier garde tout fait est ce que disent les faits.
    ///
    /// La ligne de chaque personne garde ce qu'une évaluation en lit, et les participations de l'année. Les
    /// deux sont refaits depuis les faits et comparés, pendant que le service tourne. Les sceaux de ce qui est écrit
    /// une fois pour toutes (accès, événements, signatures, feuilles, évaluations) sont relus et comparés. Sans option, rien
    /// n'est écrit. Le code de sortie est 0 si tout est identique, 3 si une ligne diffère.
    #[command(help_template = TEMPLATE, override_usage = "traitant verifier [OPTIONS]", after_help = exemples::VERIFIER)]
    Verifier {
        /// Refait d'abord ce qui n'est plus à jour, sans attendre la prochaine feuille de la personne.
        #[arg(long, help_heading = "Options")]
        refaire: bool,
        /// Racine publiée ou gardée ailleurs, que la chaîne des sceaux doit encore contenir (voir « traitant racine »).
        #[arg(long, value_name = "RACINE", help_heading = "Options")]
        racine: Option<String>,
    },
    /// Vérifie les comptes des statistiques, ou écrit une population d'essai.
    #[command(
        help_template = TEMPLATE,
        override_usage = "traitant statistiques <ACTION>",
        subcommand_help_heading = "Actions",
        disable_help_subcommand = true
    )]
    Statistiques {
        #[command(subcommand)]
        action: Statistiques,
    },
    /// Scelle ce qui est écrit et donne la racine de la chaîne, à garder hors de la base.
    ///
    /// Une ligne : numéro du sceau, instant jusqu'auquel tout est scellé, maillon. Qui possède la base ne peut
    /// pas refaire la chaîne sans la clé maître ; qui a aussi la clé ne peut pas changer une racine gardée ailleurs.
    #[command(help_template = TEMPLATE, override_usage = "traitant racine", after_help = exemples::RACINE)]
    Racine,
    /// Retire ce qui est plus ancien que les durées de conservation réglées, et en laisse la preuve.
    ///
    /// DATABASE_URL est celle du propriétaire des tables. Sans durée réglée, rien n'est retiré. Ce dont une créance, une
    /// conciliation, une limitation ou une réévaluation en cours a besoin reste. Ce qui est retiré laisse un enregistrement dans la chaîne des sceaux :
    /// « traitant verifier » trouve encore tout autre retrait. Interrompue, la commande reprend quand on la relance. Le code de
    /// sortie est 0 si tout est fait, 3 si une tranche n'est pas ce qui a été scellé : elle n'est alors pas touchée.
    #[command(help_template = TEMPLATE, override_usage = "traitant purger --simulation | --visa <REFERENCE>", after_help = exemples::PURGER)]
    Purger {
        /// Dit ce qui serait retiré, sans rien retirer.
        #[arg(
            long,
            required_unless_present = "visa",
            conflicts_with = "visa",
            help_heading = "Options"
        )]
        simulation: bool,
        /// Référence du visa d'élimination, convenu avec les archives (Code du patrimoine, L. 212-2) ; gardée avec la preuve.
        #[arg(long, value_name = "REFERENCE", help_heading = "Options")]
        visa: Option<String>,
    },
    /// Dit quelle version de la clé maître sert, et la remplace.
    #[command(
        help_template = TEMPLATE,
        override_usage = "traitant cles <ACTION>",
        subcommand_help_heading = "Actions",
        disable_help_subcommand = true
    )]
    Cles {
        #[command(subcommand)]
        action: Cles,
    },
    /// Dit ce qui ne va pas, et quoi faire.
    ///
    /// Réglages, base, rôle, clé, horloge, place, travaux, sceaux, émetteur des jetons : rien n'est changé. Le code de sortie est
    /// 0 si le service peut répondre, 3 sinon.
    #[command(help_template = TEMPLATE, override_usage = "traitant diagnostic [OPTIONS]", after_help = exemples::DIAGNOSTIC)]
    Diagnostic {
        /// En JSON, pour un programme.
        #[arg(long, help_heading = "Options")]
        json: bool,
    },
    /// Charge la CCAM et dit laquelle est connue.
    ///
    /// Sans elle, un acte de la CCAM est signalé à chaque feuille, et sa base est limitée.
    #[command(
        help_template = TEMPLATE,
        override_usage = "traitant ccam <ACTION>",
        subcommand_help_heading = "Actions",
        disable_help_subcommand = true
    )]
    Ccam {
        #[command(subcommand)]
        action: Ccam,
    },
    /// Liste les personnes fictives du bac à sable, avec un jeton pour chacune.
    ///
    /// À quoi sert chacune est dit à côté. Les jetons sont valables douze heures.
    #[command(
        help_template = TEMPLATE,
        override_usage = "traitant bac-a-sable [OPTIONS] [ACTION]",
        subcommand_help_heading = "Actions",
        disable_help_subcommand = true
    )]
    BacASable {
        #[command(subcommand)]
        action: Option<ActionBac>,
        /// En JSON, pour un programme.
        #[arg(long, conflicts_with = "page", help_heading = "Options")]
        json: bool,
        /// La page docs/BAC-A-SABLE.md, sans base de données.
        #[arg(long, help_heading = "Options")]
        page: bool,
    },
    /// Reprend un fichier d'affiliés, de médecins ou de choix d'avant.
    ///
    /// Chaque ligne est essayée sans rien enregistrer ; avec --executer, le fichier est ensuite appliqué. Le même
    /// fichier relancé ne change rien ; interrompu, il reprend où il en était. Le code de sortie est 0 si aucune ligne
    /// n'est refusée, 3 sinon.
    #[command(help_template = TEMPLATE, override_usage = "traitant reprise [OPTIONS] --organisme <ORGANISME> --nature <NATURE> <FICHIER>", after_help = exemples::REPRISE)]
    Reprise(Reprendre),
    /// Charge l'extraction publique de l'Annuaire Santé, ou en écrit un exemple.
    #[command(
        help_template = TEMPLATE,
        override_usage = "traitant annuaire <ACTION>",
        subcommand_help_heading = "Actions",
        disable_help_subcommand = true
    )]
    Annuaire {
        #[command(subcommand)]
        action: Annuaire,
    },
    /// Écrit le document OpenAPI de l'API.
    #[command(help_template = TEMPLATE, override_usage = "traitant openapi")]
    Openapi,
    /// Écrit le livre des règles et des valeurs de la loi.
    #[command(help_template = TEMPLATE, override_usage = "traitant regles")]
    Regles,
    /// Vérifie des valeurs à ajouter à la loi, ou dit lesquelles sont à vérifier bientôt.
    #[command(
        help_template = TEMPLATE,
        override_usage = "traitant loi <DEMANDE>",
        subcommand_help_heading = "Demandes",
        disable_help_subcommand = true
    )]
    Loi {
        #[command(subcommand)]
        demande: Loi,
    },
    /// Écrit le manuel (man), une page par commande.
    #[command(help_template = TEMPLATE, override_usage = "traitant manuel [DOSSIER]", after_help = exemples::MANUEL)]
    Manuel {
        /// Dossier où écrire les pages ; sans lui, la première va à la sortie standard.
        #[arg(help_heading = "Arguments")]
        dossier: Option<PathBuf>,
    },
    /// Écrit ce qui complète les commandes dans un interprète.
    #[command(help_template = TEMPLATE, override_usage = "traitant completion <INTERPRETE>", after_help = exemples::COMPLETION)]
    Completion {
        /// bash, zsh ou fish.
        #[arg(value_enum, hide_possible_values = true, help_heading = "Arguments")]
        interprete: Interprete,
    },
}

/// The whole command line, for what is made from it.
pub(crate) fn command() -> clap::Command {
    Cli::command()
}

/// A lot to evaluate, and for whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Evaluer {
    /// Fichier du lot (NDJSON) ; « - » ou rien pour l'entrée standard.
    #[arg(default_value = "-", hide_default_value = true, help_heading = "Arguments")]
    pub(crate) fichier: PathBuf,
    /// Caisse qui transmet : régime, caisse et centre, neuf chiffres.
    #[arg(
        long,
        required_unless_present = "medecin",
        conflicts_with = "medecin",
        help_heading = "Options"
    )]
    pub(crate) organisme: Option<String>,
    /// RPPS du médecin qui transmet ses propres feuilles.
    #[arg(long, help_heading = "Options")]
    pub(crate) medecin: Option<String>,
    /// Fichier des réponses, au lieu de la sortie standard.
    #[arg(long, value_name = "FICHIER", help_heading = "Options")]
    pub(crate) sortie: Option<PathBuf>,
    /// Réponses complètes, avec les motifs, au lieu de la décision et des montants.
    #[arg(long, help_heading = "Options")]
    pub(crate) complete: bool,
}

/// Evaluations to replay.
#[derive(Debug, clap::Args)]
pub(crate) struct Rejouer {
    /// Premier jour de soins, AAAA-MM-JJ ; le premier de tous par défaut.
    #[arg(long, value_name = "JOUR", help_heading = "Options")]
    pub(crate) du: Option<chrono::NaiveDate>,
    /// Dernier jour de soins, AAAA-MM-JJ ; le dernier de tous par défaut.
    #[arg(long, value_name = "JOUR", help_heading = "Options")]
    pub(crate) au: Option<chrono::NaiveDate>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ActionBac {
    /// Avance l'horloge du bac à sable, sans retour.
    ///
    /// Un service qui tourne la suit en une seconde, et fait alors ce qui est échu.
    #[command(help_template = TEMPLATE, override_usage = "traitant bac-a-sable avancer --jours <JOURS>")]
    Avancer {
        /// Combien de jours, de 1 à 10 958.
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=10_958), help_heading = "Options")]
        jours: i64,
    },
    /// Efface tout ce que contient le bac à sable, et refait ses personnes.
    ///
    /// Une base qui n'est pas celle d'un bac à sable est refusée.
    #[command(help_template = TEMPLATE, override_usage = "traitant bac-a-sable remettre-a-zero")]
    RemettreAZero,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ccam {
    /// Charge un fichier de la CCAM, en entier ou pas du tout.
    ///
    /// Le fichier est celui que l'Assurance maladie publie en norme d'échange (CACTOT…). Le même fichier
    /// chargé deux fois ne change rien, un plus ancien que le dernier chargé est refusé.
    #[command(help_template = TEMPLATE, override_usage = "traitant ccam charger <FICHIER>")]
    Charger {
        /// Fichier CACTOT, 128 caractères par ligne, ISO-8859-1.
        #[arg(help_heading = "Arguments")]
        fichier: PathBuf,
    },
    /// Lit un fichier de la CCAM en entier, sans rien écrire ni base de données.
    #[command(help_template = TEMPLATE, override_usage = "traitant ccam verifier <FICHIER>")]
    Verifier {
        /// Fichier CACTOT, 128 caractères par ligne, ISO-8859-1.
        #[arg(help_heading = "Arguments")]
        fichier: PathBuf,
    },
    /// Dit quelles versions ont été chargées, la dernière d'abord.
    #[command(help_template = TEMPLATE, override_usage = "traitant ccam etat")]
    Etat,
}

// A comment of documentation here would become that of each command.
/// Reads the command line; or prints the help, or what is wrong, and gives the exit code.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other kind is a refusal")]
pub(crate) fn read() -> Result<Commande, ExitCode> {
    let error = match Cli::try_parse() {
        Ok(cli) => match cli.commande.unwrap_or(Commande::Servir) {
            Commande::Rejouer(Rejouer { du: Some(du), au: Some(au) }) if au < du => {
                crate::tell(format_args!(
                    "traitant : --au {au} précède --du {du}\n\nPour de l'aide : traitant rejouer --help"
                ));
                return Err(ExitCode::from(2));
            }
            commande => return Ok(commande),
        },
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let printed = crate::print(&error.render().to_string());
            Err(if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            crate::tell(error.render().to_string().trim_end());
            Err(ExitCode::from(2))
        }
        _ => {
            let mut root = Cli::command();
            root.build();
            crate::tell(format_args!(
                "traitant : {}\n\nPour de l'aide : traitant --help",
                refus::refusal(&error, &root)
            ));
            Err(ExitCode::from(2))
        }
    }
}
