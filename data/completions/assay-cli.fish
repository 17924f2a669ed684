# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of assay-cli for fish. Commands, options and names come from the program itself.
function __assay_cli_commands
    assay-cli --help 2>/dev/null |
        string match -r '^  [a-z]+ +.*' | string replace -r '^  ([a-z]+) +' '$1\t'
end

function __assay_cli_options
    set -l words (commandline -opc)
    assay-cli $words[2] --help 2>/dev/null | string match -r -- '--[a-z0-9-]+' | sort -u
end

complete -c assay-cli -n __fish_use_subcommand -f -a '(__assay_cli_commands)'
complete -c assay-cli -n 'not __fish_use_subcommand' -a '(__assay_cli_options)'
complete -c assay-cli -n '__fish_seen_subcommand_from score map figure' \
    -a '(assay-cli (commandline -opc)[2] --list 2>/dev/null | string match -r "^[a-z_]+(?=[ :])")'
complete -c assay-cli -n '__fish_seen_subcommand_from decide' \
    -a 'keep drop relabel tag untag clear undo redo log'
complete -c assay-cli -n '__fish_seen_subcommand_from cluster' \
    -a 'kmeans density list name'
complete -c assay-cli -n '__fish_seen_subcommand_from history' \
    -a 'import list show export audit label tasks'
