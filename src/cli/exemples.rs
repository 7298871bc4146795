//! Examples, at the end of the help of a command.

pub(super) const EVALUER: &str = "\
Exemples :
  traitant evaluer --organisme 010110001 lot.ndjson --sortie reponses.ndjson
  zcat lot.ndjson.gz | traitant evaluer --medecin 99900001233 --complete";

pub(super) const REJOUER: &str = "\
Exemples :
  traitant rejouer
  traitant rejouer --du 2026-01-01 --au 2026-03-31";

pub(super) const VERIFIER: &str = "\
Exemples :
  traitant verifier
  traitant verifier --racine \"$(tail -n 1 /ailleurs/racines)\"";

pub(super) const RACINE: &str = "\
Exemple :
  traitant racine >> /ailleurs/racines";

pub(super) const MIGRER: &str = "\
Exemple :
  DATABASE_URL='postgres://proprietaire@localhost/traitant?host=/run/postgresql' \\
    TRAITANT_ROLE_SERVICE=service traitant migrer";

pub(super) const REPRISE: &str = "\
Exemples :
  traitant reprise --organisme 010110001 --nature affilies affilies.csv --rapport refus.csv
  traitant reprise --organisme 010110001 --nature choix choix.ndjson --executer";

pub(super) const CLES: &str = "\
Exemple :
  echo \"2:$(openssl rand -hex 32)\" >> /etc/traitant/cle    # puis redémarrer chaque service
  DATABASE_URL='postgres://proprietaire@localhost/traitant?host=/run/postgresql' traitant cles tourner";

pub(super) const PURGER: &str = "\
Exemples :
  TRAITANT_CONSERVATION_TRACES=36 traitant purger --simulation
  TRAITANT_CONSERVATION_TRACES=36 traitant purger --visa AD01-2026-117";

pub(super) const DIAGNOSTIC: &str = "\
Exemples :
  traitant diagnostic
  traitant diagnostic --json | jq '.controles[] | select(.gravite != \"bon\")'";

pub(super) const MANUEL: &str = "\
Exemples :
  traitant manuel | man -l -
  traitant manuel /usr/local/share/man/man1";

pub(super) const COMPLETION: &str = "\
Exemples :
  traitant completion bash > /etc/bash_completion.d/traitant
  traitant completion zsh > /usr/local/share/zsh/site-functions/_traitant
  traitant completion fish > ~/.config/fish/completions/traitant.fish";
