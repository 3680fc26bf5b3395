import { expect, test } from 'vitest';
import { renderHttp } from '../../docs/generator/http.js';
import { apiRoutes, probeRoutes } from '../../src/http/index.js';
import { ROUTES } from '../../src/http/route-entries.js';

test('docs/reference/http.md matches the output of npm run docs', async () => {
  await expect(renderHttp()).toMatchFileSnapshot('../../docs/reference/http.md');
});

test('the page lists the routes of the server with their access', () => {
  const nothing = {} as never;
  const watching = probeRoutes({
    status: () => nothing,
    condition: () => nothing,
    metrics: nothing,
    isOpen: { metrics: false, health: true },
  });
  const served = [...watching, ...apiRoutes(nothing)].map(({ method, path, access }) => `${method} ${path} ${access}`);
  const shown = Object.entries(ROUTES).map(([route, { access }]) => `${route} ${access}`);
  expect(served.sort()).toEqual(shown.sort());
});
