import { ROUTES } from '../../src/http/route-entries.js';
import { code, generatedFrom, paragraphs, table } from './markdown.js';

/** Renders the page of all routes from their entries. */
export const renderHttp = (): string =>
  `${paragraphs(
    generatedFrom('src/http/route-entries.ts'),
    '# HTTP',
    `The key ${code('http')} of the timer file opens these routes. The page for browsers is at ${code('/')}. All routes exist since 0.1.0.`,
    '## Routes',
    table(
      ['route', 'access', 'returns'],
      Object.entries(ROUTES).map(([route, { access, summary }]) => [code(route), access, summary]),
    ),
    `Arguments of a ${code('GET')} are in the query. A ${code('POST')} takes one JSON object of at most 64 KiB, as ${code('application/json')}.`,
    '## Access',
    table(
      ['access', 'who can use the route'],
      [
        [code('probe'), `Everyone; with ${code('health: token')}, only clients with the token.`],
        [
          code('read'),
          `Clients with the token; without a ${code('token_file')}, every user of this machine. ${code('metrics: open')} opens ${code('/metrics')}.`,
        ],
        [code('act'), `Clients with the token; on a socket file without a ${code('token_file')}, its owner.`],
      ],
    ),
    `Send the token as ${code('Authorization: Bearer TOKEN')}.`,
    '## Errors',
    `An error has ${code('error')}, a sentence for a person.`,
    table(
      ['status', 'meaning'],
      [
        ['400', 'An argument is wrong.'],
        ['401', 'The token is missing or wrong.'],
        ['403', 'A page of another site sent the request, or no token is set.'],
        ['404', 'The route, the timer or the run does not exist.'],
        ['405', 'The route does not accept this method.'],
        ['409', 'The verb was rejected; `error` has the reason.'],
        ['413', 'The body is longer than 64 KiB.'],
        ['415', 'The body is not `application/json`.'],
        ['421', 'The server does not serve the host in the request.'],
        ['500', 'A bug in `timers`.'],
        ['503', 'The scheduler is not healthy.'],
      ],
    ),
  )}\n`;
