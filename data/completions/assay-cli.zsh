#compdef assay-cli
# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of assay-cli for zsh. Commands, options and names come from the program itself.

_assay_cli_words ()
{
  # Words before a colon at the start of a line: what --list prints.
  "$1" "$2" --list 2>/dev/null | sed -n 's/^\([a-z][a-z0-9_]*\)\( [A-Z]*\)*:.*/\1/p' |
    grep -v '^head$'
}

_assay_cli ()
{
  local program=${words[1]} word=${words[CURRENT]} command='' i
  local -i position=0
  local -a found

  for ((i = 2; i < CURRENT; i++)); do
    case ${words[i]} in
      --threads|--seed|--moved) i=$((i + 1)) ;;
      -*) ;;
      *)
        if [[ -z $command ]]; then command=${words[i]}; else position=$((position + 1)); fi
        ;;
    esac
  done

  if [[ -z $command ]]; then
    found=(${(f)"$("$program" --help 2>/dev/null |
      sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')"})
    [[ $word == -* ]] && found=(--threads --seed --moved --json --quiet --version --help)
  elif [[ $word == -* ]]; then
    found=(${(f)"$("$program" "$command" --help 2>/dev/null |
      grep -oE '^  (-[a-z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+')"})
  elif ((position >= 1)); then
    case $command in
      score|map) found=(${(f)"$(_assay_cli_words "$program" "$command")"}) ;;
      figure) ((position == 1)) && found=(${(f)"$(_assay_cli_words "$program" figure)"}) ;;
      cluster) ((position == 1)) && found=(kmeans density list name) ;;
      finding) ((position == 1)) && found=(pin unpin list) ;;
      history) ((position == 1)) && found=(import list show export audit label tasks) ;;
      decide) ((position == 1)) && found=(keep drop relabel tag untag clear undo redo log) ;;
    esac
  fi

  if ((${#found})); then
    compadd -- $found
  else
    _files
  fi
}

# Loaded by compinit the file is the body of the function; sourced it only defines it.
if [[ ${funcstack[1]} == _assay-cli ]]; then
  _assay_cli "$@"
elif ((${+functions[compdef]})); then
  compdef _assay_cli assay-cli
fi
