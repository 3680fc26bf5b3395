import { expect, test } from 'vitest';
import { withoutTemplates } from '../../src/cli/commands/import/templates.js';

test.each([
  ['{{ .Values.schedule | quote }}', 'schedule: {{ .Values.schedule | quote }}'],
  ['{{ include "shop.name" . }}', 'name: {{ include "shop.name" . }}-backup'],
  ['{{- if and .Values.a .Values.b }}', '{{- if and .Values.a .Values.b }}'],
  ['{{ backup_user }}', 'User={{ backup_user }}'],
  ["{{ cron.hour | default('3') }}", "0 {{ cron.hour | default('3') }} * * * /usr/bin/x"],
  ['{{ hosts[0] }}', 'ExecStart=/bin/x {{ hosts[0] }}'],
  ['{% if enabled %}', '{% if enabled %}'],
])('a file with %s is omitted, and its place is reported', (text, line) => {
  const { files, read } = withoutTemplates([
    { path: 'a', text: `# {{ ansible_managed }}\n${line}\n${line}\n` },
    { path: 'b', text: '0 3 * * * x\n' },
  ]);
  expect(files.map(({ path }) => path)).toEqual(['b']);
  expect(read.differences).toMatchObject([{ file: 'a', line: 2, severity: 'error', text }]);
});

test('yacron expands templates in its reports, but not in its commands', () => {
  const job = (command: string) =>
    `jobs:\n  - name: a\n    command: ${command}\n    onFailure:\n      report:\n        mail:\n` +
    `          subject: "{{ name }}"\n\n          body: |\n            {% if stdout %}{{ stdout }}{% endif %}\n    schedule: "@daily"\n`;
  expect(withoutTemplates([{ path: 'a', text: job('./sync') }]).files).toHaveLength(1);
  expect(withoutTemplates([{ path: 'a', text: job('./{{ script }}') }]).read.differences).toMatchObject([{ line: 3 }]);
});

test.each([
  "0 3 * * * docker ps --format '{{.Names}}'",
  "run: docker inspect -f '{{range .Mounts}}{{.Source}}{{else}}-{{end}}' db",
  "run: docker inspect --format '{{json .State}}' db",
  'run: awk "{ if (a) { print } }"',
  'run: echo {{a,b},{c,d}}',
  '0 3 * * * date +\\%Y{\\%m}',
])('braces in a command are not a template: %s', (text) => {
  const files = [{ path: 'a', text: `${text}\n` }];
  expect(withoutTemplates(files)).toEqual({ files, read: { settings: {}, timers: [], differences: [] } });
});
