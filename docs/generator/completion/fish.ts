import { commandWords, programOptions, WRITTEN, type CommandWords, type OptionWords, type Values } from './words.js';

/** Renders the completion for fish. */
export function renderFish(): string {
  const commands = commandWords();
  const first = commands.map(
    ({ name, summary }) => `complete -c timers -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
  );
  return `# Completes timers in fish: timers completion fish | source
# ${WRITTEN}

function __timers_names
    set -l words (commandline -opc)
    set -l options
    for i in (seq 2 (count $words))
        switch $words[$i]
            case '--file=*'
                set options $words[$i]
            case -f --file
                set -q words[(math $i + 1)]; and set options --file=$words[(math $i + 1)]
        end
    end
    $words[1] completion names $options 2>/dev/null
end

function __timers_zones
    set -l words (commandline -opc)
    $words[1] completion zones 2>/dev/null
end

complete -c timers -f
${first.join('\n')}
complete -c timers -n __fish_use_subcommand -a help -d 'Show help for a command'
complete -c timers -n '__fish_seen_subcommand_from help' -a '${commands.map(({ name }) => name).join(' ')}'
${programOptions.map((option) => optionLine('__fish_use_subcommand', option)).join('\n')}
${commands.flatMap(commandLines).join('\n')}
`;
}

function commandLines({ name, options, arguments: all }: CommandWords): readonly string[] {
  const when = quoted(`__fish_seen_subcommand_from ${name}`);
  const taken = all.map(({ values }) => valueFlags(values)).filter((flags) => flags !== '-x');
  return [
    ...options.map((option) => optionLine(when, option)),
    ...taken.map((flags) => `complete -c timers -n ${when} ${flags.replace('-x ', '').replace('-r -F', '-F')}`),
  ];
}

function optionLine(when: string, { flags, meaning, value, isOptional }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const values = value === undefined || isOptional ? '' : ` ${valueFlags(value)}`;
  return `complete -c timers -n ${when} ${names.join(' ')}${values} -d ${quoted(meaning)}`;
}

/** Returns the flags of a value. With -x, the value is not a file. */
function valueFlags(values: Values): string {
  if (values.from === 'list') return `-x -a ${quoted(values.words.join(' '))}`;
  if (values.from === 'words-or-files') return `-r -F -a ${quoted(values.words.join(' '))}`;
  return FLAGS[values.from];
}

const FLAGS = {
  nothing: '-x',
  files: '-r -F',
  timers: "-x -a '(__timers_names)'",
  commands: "-x -a '(__fish_complete_command)'",
  zones: "-x -a '(__timers_zones)'",
} as const;

const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
