import { REFUSALS, VERBS } from '../../src/control/verb-entries.js';
import { code, generatedFrom, paragraphs, table } from './markdown.js';

/** Renders the page of the control socket from the entries of its verbs. */
export const renderControlSocket = (): string =>
  `${paragraphs(
    generatedFrom('src/control/verb-entries.ts'),
    '# Control socket',
    `${code('timers status')} and the other commands talk to the running scheduler over a Unix socket. You can too.
[Command line](command-line.md#reach-a-scheduler-from-another-environment) says where the socket is. Only its owner can open it.`,
    'This is version 1 of the protocol: one JSON object per line, in UTF-8, in both directions. Replies have the `id` of their request and come in any order.',
    `\`\`\`text
→ {"v":1,"id":1,"verb":"pause","args":{"names":["backup"],"for_ms":3600000}}
← {"v":1,"id":1,"ok":{"names":["backup"],"until":"2026-11-23T03:00:00.000Z"}}
→ {"v":1,"id":2,"verb":"logs","args":{"task_name":"backup","follow":true}}
← {"v":1,"id":2,"ok":{}}
← {"v":1,"id":2,"event":{"timestamp":"…","event":"run.started",…}}
\`\`\``,
    'A request has at most 64 KiB. Ignore members of a reply that you do not know. All verbs exist since 0.1.0.',
    '## Verbs',
    ...Object.entries(VERBS).map(([name, { summary, args, returns }]) =>
      paragraphs(
        `### ${code(name)}`,
        summary,
        table(
          ['argument', 'meaning'],
          Object.entries(args).map(([key, meaning]) => [code(key), meaning]),
        ),
        `Returns: ${returns}`,
      ),
    ),
    '## Errors',
    `The reply to a rejected request has ${code('error')} instead of ${code('ok')}: a ${code('code')}, and a ${code('message')} for a person.`,
    table(
      ['code', 'meaning'],
      Object.entries(REFUSALS).map(([key, meaning]) => [code(key), meaning]),
    ),
  )}\n`;
