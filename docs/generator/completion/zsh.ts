import {
  commandWords,
  WRITTEN,
  type ArgumentWords,
  type CommandWords,
  type OptionWords,
  type Values,
} from './words.js';

/** Renders the completion for zsh. The file works in fpath, and can also be sourced. */
export function renderZsh(): string {
  const commands = commandWords();
  return `#compdef timers
# Completes timers in zsh: source <(timers completion zsh), after compinit; or a file _timers in a folder of fpath.
# ${WRITTEN}

_timers_names() {
  local file i
  for ((i = 2; i + 1 < CURRENT; i++)); do
    case $words[i] in
      -f | --file) file=$words[i+1] ;;
      --file=*) file=\${words[i]#--file=} ;;
    esac
  done
  local -a names=(\${(f)"$(_call_program names $service completion names \${file:+--file=\${(q)\${(Q)file}}})"})
  _describe -t timers timer names
}

_timers_zones() {
  local -a zones=(\${(f)"$(_call_program zones $service completion zones)"})
  _multi_parts / zones
}

_timers_commands() {
  local -a commands=(
${commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`).join('\n')}
    'help:Show help for a command'
  )
  _describe -t commands command commands
}

_timers() {
  local curcontext=$curcontext state
  _arguments -C '(- *)'{-h,--help}'[Show help]' '(- *)'{-V,--version}'[Print the version]' \\
    '1: :_timers_commands' '*:: :->arguments'
  [[ $state == arguments ]] || return
  if [[ $words[1] == help && $words[2] == keys ]] && ((CURRENT > 2)); then shift words; ((CURRENT--)); fi
  case $words[1] in
    help) _arguments '1: :_timers_commands' ;;
${commands.map(commandCase).join('\n')}
  esac
}

# If zsh autoloads this file, call the function; if the file is sourced, register it.
if [[ $funcstack[1] == _timers ]]; then _timers "$@"; else compdef _timers timers; fi
`;
}

function commandCase({ name, options, arguments: all }: CommandWords): string {
  const parts = [...options.map(optionSpec), ...all.map(argumentSpec)];
  return `    ${name})\n      _arguments -s \\\n        ${parts.join(' \\\n        ')} ;;`;
}

/** Renders an option in the form that _arguments accepts: '(-f --file)'{-f,--file}'[Timer file]:path:_files'. */
function optionSpec({ flags, meaning, value, isOptional, isRepeatable }: OptionWords): string {
  const long = flags.map((flag) => (value && flag.startsWith('--') ? `${flag}=` : flag));
  const action = value === undefined ? '' : `${isOptional ? '::' : ':'}${value.from}:${actionOf(value)}`;
  const text = `'[${quoted(meaning)}]${action}'`;
  if (isRepeatable) return `'*'${long.join(' ')}${text}`;
  const names = long.length === 1 ? long.join('') : `{${long.join(',')}}`;
  return `'(${flags.join(' ')})'${names}${text}`;
}

const argumentSpec = ({ name, values, isRepeatable }: ArgumentWords): string =>
  `'${isRepeatable ? '*' : ''}:${name}:${actionOf(values)}'`;

const ACTIONS = {
  nothing: ' ',
  files: '_files',
  timers: '_timers_names',
  commands: '_normal',
  zones: '_timers_zones',
} as const;

function actionOf(values: Values): string {
  if (values.from === 'list') return `(${values.words.join(' ')})`;
  // Within an action, a colon is escaped. An action that begins with a blank gets no options of compadd.
  if (values.from === 'words-or-files')
    return ` _alternative "words\\:word\\:(${values.words.join(' ')})" "files\\:file\\:_files"`;
  return ACTIONS[values.from];
}

/** Escapes a text within quotes and brackets of a specification. */
const quoted = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");
