import { commandWords, programOptions, WRITTEN, type CommandWords, type OptionWords, type Values } from './words.js';

/** Renders the completion for bash 3.2 and newer. It needs no other package. */
export function renderBash(): string {
  const commands = commandWords();
  return `# Completes timers in bash: source <(timers completion bash)
# ${WRITTEN}

_timers_lines() { "$program" completion "$@" 2>/dev/null; }

_timers() {
  local program=\${COMP_WORDS[0]} current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local command= file= count=0 words= formats= from= i word IFS=$' \\t\\n'
  # Bash splits --option=value into three words.
  if [[ $current == = ]]; then current=; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $command:$word in
      *:--) from=commands; break ;;
${logsFollow(commands)}
      *:-f | *:--file) file=\${COMP_WORDS[++i]}; [[ $file == = ]] && file=\${COMP_WORDS[++i]} ;;
      ${valuedFlags(commands)
        .map((flag) => `*:${flag}`)
        .join(' | ')}) ((i++)); [[ \${COMP_WORDS[i]} == = ]] && ((i++)) ;;
      *:-*) ;;
      :*) command=$word ;;
      help:keys) command=keys ;;
      *) ((count++)) ;;
    esac
  done
  case $command:$before in
${commands.flatMap(valueCases).join('\n')}
    *) [[ $from ]] || case $command in
      '') words='${[...commands.map(({ name }) => name), 'help', ...flagsOf(programOptions)].join(' ')}' ;;
      help) words='${commands.map(({ name }) => name).join(' ')}' ;;
${commands.map(commandCase).join('\n')}
    esac ;;
  esac
  # A word that begins with a dash is an option.
  [[ $current == -* ]] && from=
  IFS=$'\\n'
  case $from in
    timers) words+=$'\\n'$(_timers_lines names \${file:+"--file=\${file/#\\~/$HOME}"}) ;;
    zones) words+=$'\\n'$(_timers_lines zones) ;;
    files) COMPREPLY=($(compgen -W "$formats" -- "$current") $(compgen -f -- "$current")); compopt -o filenames 2>/dev/null; return ;;
    commands) COMPREPLY=($(compgen -c -- "$current")); return ;;
  esac
  IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -F _timers timers
`;
}

const flagsOf = (options: readonly OptionWords[]): readonly string[] => options.flatMap(({ flags }) => flags);

/** Returns the flags that take a value from the next word, except -f and --file. */
const valuedFlags = (commands: readonly CommandWords[]): readonly string[] => {
  const valued = commands.flatMap(({ options }) => options.filter((option) => option.value && !option.isOptional));
  return [...new Set(flagsOf(valued))].filter((flag) => flag !== '-f' && flag !== '--file');
};

/** Renders the case of the commands for which -f is an option without a value. */
const logsFollow = (commands: readonly CommandWords[]): string => {
  const names = commands
    .filter(({ options }) => options.some(({ flags, value }) => flags.includes('-f') && value === undefined))
    .map(({ name }) => `${name}:-f`);
  return `      ${names.join(' | ')}) ;;`;
};

function valueCases({ name, options }: CommandWords): readonly string[] {
  return options.flatMap(({ flags, value }) =>
    value === undefined ? [] : [`    ${flags.map((flag) => `${name}:${flag}`).join(' | ')}) ${assignment(value)} ;;`],
  );
}

function assignment(values: Values): string {
  if (values.from === 'list') return `words='${values.words.join(' ')}'`;
  if (values.from === 'words-or-files') return `from=files formats=$'${values.words.join('\\n')}'`;
  return `from=${values.from}`;
}

/** Renders the case of a command: its options, and what its next argument takes. */
function commandCase({ name, options, arguments: all }: CommandWords): string {
  const cases = all.map(({ values, isRepeatable }, index) => `${isRepeatable ? '*' : index}) ${assignment(values)} ;;`);
  const next = cases.length === 0 ? '' : `case $count in ${cases.join(' ')} esac; `;
  return `      ${name}) ${next}words+=' ${flagsOf(options).join(' ')}' ;;`;
}
