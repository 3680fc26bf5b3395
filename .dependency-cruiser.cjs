/** The directions between the rooms (ARCHITECTURE.md, "The rooms"). */
const rule = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
const rooms = 'proxies|schedules|policies|executors|sinks|metrics|health|monitors|stores|clocks|time-sources';

/** What every room may use: helpers that know no timer. `turns` spreads work over turns of the event loop. */
const ground = '^src/(text|system|turns)/';

/** For rooms that report the scheduler's health. */
const health = '^src/health/';

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'Rooms and files form a tree.'),
    rule('helpers-import-nothing', { path: '^src/(text|system)/([^/]+)' }, { path: '^src/', pathNot: '^src/$1/' }, ''),
    rule('turns-import-domain', { path: '^src/turns/' }, { path: '^src/', pathNot: '^src/(turns|domain)/' }, ''),
    rule(
      'domain-imports-texts',
      { path: '^src/domain' },
      { pathNot: '^src/(domain|text)/' },
      'Words depend on nothing but how they are written.',
    ),
    rule(
      'engine-imports-domain',
      { path: '^src/engine' },
      { pathNot: ['^src/(engine|domain)', ground] },
      'The machine knows words only.',
    ),
    rule(
      'simulation-drives-engine',
      { path: '^src/simulation' },
      { path: '^src/', pathNot: ['^src/(simulation|engine|domain)', ground] },
      'The simulation knows the words and the machine; calendars and policies come with the jobs.',
    ),
    rule(
      'forecast-sweeps-engine',
      { path: '^src/forecast' },
      { path: '^src/', pathNot: ['^src/(forecast|simulation|engine|domain)/', ground] },
      'A forecast uses the queue, the gates and the planning of the machine, and the run times of the simulation.',
    ),
    rule(
      'rooms-import-domain',
      { path: `^src/(${rooms})/` },
      { path: '^src/', pathNot: ['^src/domain', ground, '^src/$1/'] },
      'A kind knows the domain and its own room.',
    ),
    rule(
      'importers-import-schedules',
      { path: '^src/importers/' },
      { path: '^src/', pathNot: ['^src/(importers|domain)/', ground, '^src/(schedules|config)/index\\.ts$'] },
      'A format is read into plain data: the command builds and checks the timer file.',
    ),
    rule(
      'exporters-import-schedules',
      { path: '^src/exporters/' },
      {
        path: '^src/',
        pathNot: [
          '^src/(exporters|domain)/',
          ground,
          '^src/(schedules|config)/index\\.ts$',
          '^src/importers/((robfig|crontab)/|cron-words|kubernetes/annotations)',
        ],
      },
      'A format is written from jobs: the command loads them and compares the firings. The grammars of cron and of robfig/cron are the same both ways.',
    ),
    rule(
      'delivery-imports-domain',
      { path: '^src/delivery/' },
      { path: '^src/', pathNot: ['^src/(delivery|domain)/', ground, health] },
      'The heartbeat reports the health, and what leaves knows nothing else of the scheduler.',
    ),
    rule(
      'this-machine-imports-config',
      { path: '^src/this-machine\\.ts$' },
      { path: '^src/', pathNot: ['^src/(domain|config|schedules)/', ground] },
      'A file is read without the machine that runs it.',
    ),
    rule(
      'control-imports-domain',
      { path: '^src/control/' },
      { path: '^src/', pathNot: ['^src/domain', ground, health, '^src/control/', '^src/stores/private-file\\.ts$'] },
      'The socket knows the verbs, not the machine behind them.',
    ),
    rule(
      'http-imports-domain',
      { path: '^src/http' },
      { path: '^src/', pathNot: ['^src/(http|domain)', ground, health] },
      'Routes are given what they serve.',
    ),
    rule(
      'tracing-imports-domain',
      { path: '^src/tracing' },
      { path: '^src/', pathNot: ['^src/(tracing|domain)', ground] },
      'Spans are made of events, and of nothing else.',
    ),
    rule(
      'page-imports-words',
      { path: '^src/page' },
      { pathNot: ['^src/page', '^src/domain', '^src/text/'] },
      'The page runs in a browser: it knows the words, and asks the server for the rest.',
    ),
    rule('page-stands-alone', { pathNot: '^src/page' }, { path: '^src/page' }, 'Nobody imports the page.'),
    rule(
      'config-imports-kinds',
      { path: '^src/config' },
      { path: '^src/', pathNot: ['^src/(config|domain)', ground, `^src/(${rooms})/(kind|index)\\.ts$`] },
      'The file format knows the lists of kinds, not the kinds.',
    ),
    rule('config-text-first', { path: '^src/config/text/' }, { path: '^src/config/(?!text/)' }, 'text → check → build'),
    rule('config-check-next', { path: '^src/config/check/' }, { path: '^src/config/(?!(text|check)/)' }, ''),
    rule('config-keys-know-check', { path: '^src/config/keys/' }, { path: '^src/config/(?!(text|check|keys)/)' }, ''),
    rule('config-build-last', { path: '^src/config/build/' }, { path: '^src/config/[^/]+$' }, ''),
    rule('program-on-top', { pathNot: '^src/cli' }, { path: '^src/cli' }, 'Nobody imports the program.'),
    rule('library-on-top', {}, { path: '^src/index\\.ts$' }, 'Nobody imports the library.'),
    rule(
      'commands-apart',
      { path: '^src/cli/commands/([^/]+)/' },
      { path: '^src/cli/commands/', pathNot: '^src/cli/commands/$1/' },
      'A command knows what all share, and no other command.',
    ),
    rule(
      'program-imports-downwards',
      { path: '^src/cli/', pathNot: '^src/cli/((command-line|main)\\.ts|commands/)' },
      { path: '^src/cli/((command-line|main)\\.ts|commands/)' },
      'What commands share knows no command.',
    ),
    rule(
      'renderers-at-the-bottom',
      { path: '^src/cli/render/' },
      { path: '^src/cli/', pathNot: '^src/cli/(render/|terminal\\.ts)' },
      'Shared renderers turn data into text.',
    ),
    rule(
      'daemon-below-program',
      { pathNot: '^src/(daemon|cli|index\\.ts)' },
      { path: '^src/daemon' },
      'The running scheduler is composed for the program and the library.',
    ),
    rule(
      'one-composition',
      { path: '^src', pathNot: '^src/(daemon/compose\\.ts|simulation/)' },
      { path: '^src/engine/scheduler\\.ts$', dependencyTypesNot: ['type-only'] },
      'Only compose.ts chooses the adapters of a scheduler.',
    ),
    rule(
      'yaml-in-config-only',
      { path: '^src', pathNot: '^src/config' },
      { path: 'node_modules/(yaml|cosmiconfig|zod)/' },
      '',
    ),
    rule(
      'cron-parser-in-schedules-only',
      { path: '^src', pathNot: '^src/schedules' },
      { path: 'node_modules/(cron-parser|luxon)/' },
      '',
    ),
    rule('execa-in-executors-only', { path: '^src', pathNot: '^src/executors' }, { path: 'node_modules/execa/' }, ''),
    rule(
      'sqlite-in-stores-only',
      { path: '^src', pathNot: '^src/stores' },
      { path: 'node_modules/@photostructure/' },
      '',
    ),
    rule(
      'prom-client-in-metrics-only',
      { path: '^src', pathNot: '^src/metrics' },
      { path: 'node_modules/prom-client/' },
      '',
    ),
    rule(
      'opentelemetry-in-tracing-only',
      { path: '^src', pathNot: '^src/tracing' },
      { path: 'node_modules/@opentelemetry/' },
      '',
    ),
    rule(
      'proxy-agents-in-proxies-only',
      { path: '^src', pathNot: '^src/proxies' },
      { path: 'node_modules/https?-proxy-agent/' },
      '',
    ),
    rule('pino-in-sinks-only', { path: '^src', pathNot: '^src/sinks' }, { path: 'node_modules/pino/' }, ''),
    rule(
      'commander-ora-in-cli-only',
      { path: '^src', pathNot: '^src/cli' },
      { path: 'node_modules/(commander|ora)/' },
      '',
    ),
    rule('chalk-where-eyes-look', { path: '^src', pathNot: '^src/(cli|sinks)' }, { path: 'node_modules/chalk/' }, ''),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
