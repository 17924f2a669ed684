# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of assay-cli for bash. Commands, options and names come from the program itself.

_assay_cli_words ()
{
  # Words before a colon at the start of a line: what --list prints.
  "$1" "$2" --list 2>/dev/null | sed -n 's/^\([a-z][a-z0-9_]*\)\( [A-Z]*\)*:.*/\1/p' |
    grep -v '^head$'
}

_assay_cli ()
{
  local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} command='' position=0 i
  local -a found=()

  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --threads|--seed|--moved) i=$((i + 1)) ;;
      -*) ;;
      *)
        if [ -z "$command" ]; then command=${COMP_WORDS[i]}; else position=$((position + 1)); fi
        ;;
    esac
  done

  if [ -z "$command" ]; then
    mapfile -t found < <("$program" --help 2>/dev/null |
      sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
    [[ $word == -* ]] && found=(--threads --seed --moved --json --quiet --version --help)
  elif [[ $word == -* ]]; then
    mapfile -t found < <("$program" "$command" --help 2>/dev/null |
      grep -oE '^  (-[a-z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+')
  elif [ "$position" -ge 1 ]; then
    case $command in
      score|map) mapfile -t found < <(_assay_cli_words "$program" "$command") ;;
      figure) [ "$position" = 1 ] && mapfile -t found < <(_assay_cli_words "$program" figure) ;;
      cluster) [ "$position" = 1 ] && found=(kmeans density list name) ;;
      finding) [ "$position" = 1 ] && found=(pin unpin list) ;;
      history) [ "$position" = 1 ] && found=(import list show export audit label tasks) ;;
      decide) [ "$position" = 1 ] && found=(keep drop relabel tag untag clear undo redo log) ;;
    esac
  fi

  COMPREPLY=()
  if [ ${#found[@]} -gt 0 ]; then
    mapfile -t COMPREPLY < <(compgen -W "${found[*]}" -- "$word")
  else
    compopt -o default
  fi
}

complete -F _assay_cli assay-cli
