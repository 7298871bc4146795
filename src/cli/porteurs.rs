//! Who bears a token of the sandbox, and who signs there.

use clap::{Args, Subcommand};

use super::TEMPLATE;

#[derive(Debug, Args)]
pub(crate) struct Validite {
    /// Durée de validité, en secondes, de 1 à 43 200 [par défaut : 3600].
    #[arg(long, default_value_t = 3600, hide_default_value = true, help_heading = "Options", value_parser = clap::value_parser!(i64).range(1..=43_200))]
    pub(crate) duree: i64,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Porteur {
    /// Pour un médecin.
    #[command(help_template = TEMPLATE, override_usage = "traitant jeton medecin [OPTIONS]")]
    Medecin {
        /// RPPS du médecin [par défaut : 99900001233].
        #[arg(
            long,
            default_value = "99900001233",
            hide_default_value = true,
            help_heading = "Options"
        )]
        rpps: String,
        #[command(flatten)]
        validite: Validite,
    },
    /// Pour un patient.
    #[command(help_template = TEMPLATE, override_usage = "traitant jeton patient [OPTIONS]")]
    Patient {
        /// Prénom d'un patient du bac à sable, ou identifiant interne [par défaut : alice].
        #[arg(long, default_value = "alice", hide_default_value = true, help_heading = "Options")]
        patient: String,
        #[command(flatten)]
        validite: Validite,
    },
    /// Pour une caisse.
    #[command(help_template = TEMPLATE, override_usage = "traitant jeton caisse [OPTIONS]")]
    Caisse {
        /// Régime, caisse et centre, neuf chiffres [par défaut : 011310000].
        #[arg(
            long,
            default_value = "011310000",
            hide_default_value = true,
            help_heading = "Options"
        )]
        organisme: String,
        #[command(flatten)]
        validite: Validite,
    },
    /// Pour le référentiel national des médecins.
    #[command(help_template = TEMPLATE, override_usage = "traitant jeton referentiel [OPTIONS]")]
    Referentiel {
        /// Qui agit : ce qu'un agent prépare, un autre le confirme [par défaut : agent-1].
        #[arg(
            long,
            default_value = "agent-1",
            hide_default_value = true,
            help_heading = "Options"
        )]
        sujet: String,
        #[command(flatten)]
        validite: Validite,
    },
    /// Pour qui lit les statistiques de tout le registre, et ne voit personne.
    #[command(help_template = TEMPLATE, override_usage = "traitant jeton statistiques [OPTIONS]")]
    Statistiques {
        #[command(flatten)]
        validite: Validite,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Signataire {
    /// Pour un patient ou son représentant.
    #[command(help_template = TEMPLATE, override_usage = "traitant preuve patient [OPTIONS] <SHA256>")]
    Patient {
        /// Qualité : assure, titulaire_autorite_parentale, tuteur ou curateur [par défaut : assure].
        #[arg(long, default_value = "assure", hide_default_value = true, help_heading = "Options")]
        role: String,
        /// Moyen : carte_vitale, app_carte_vitale ou franceconnect [par défaut : carte_vitale].
        #[arg(
            long,
            default_value = "carte_vitale",
            hide_default_value = true,
            help_heading = "Options"
        )]
        moyen: String,
        #[command(flatten)]
        signature: Signee,
    },
    /// Pour un médecin.
    #[command(help_template = TEMPLATE, override_usage = "traitant preuve medecin [OPTIONS] <SHA256>")]
    Medecin {
        /// RPPS du médecin [par défaut : 99900001233].
        #[arg(
            long,
            default_value = "99900001233",
            hide_default_value = true,
            help_heading = "Options"
        )]
        rpps: String,
        /// Moyen : cps, e_cps ou pro_sante_connect [par défaut : cps].
        #[arg(long, default_value = "cps", hide_default_value = true, help_heading = "Options")]
        moyen: String,
        #[command(flatten)]
        signature: Signee,
    },
}

/// What was signed, on what and when.
#[derive(Debug, clap::Args)]
pub(crate) struct Signee {
    /// Empreinte du contenu signé (contenu_sha256), 64 caractères hexadécimaux.
    #[arg(value_name = "SHA256", help_heading = "Arguments")]
    pub(crate) contenu: String,
    /// Pseudonyme de la carte ou du compte [par défaut : support-bac-a-sable].
    #[arg(
        long,
        default_value = "support-bac-a-sable",
        hide_default_value = true,
        help_heading = "Options"
    )]
    pub(crate) support: String,
    /// Instant de la signature, par exemple 2025-06-16T09:00:00Z ; maintenant par défaut.
    #[arg(long, value_name = "INSTANT", help_heading = "Options")]
    pub(crate) signe_a: Option<chrono::DateTime<chrono::Utc>>,
}
