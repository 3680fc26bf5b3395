import ts from 'typescript';

const TESTS = /^(test|it|describe|beforeAll|beforeEach|afterAll|afterEach)$/;
/** Calls that accept a limit among their options. A timer has a `timeout`, too. */
const WAITS = /^(poll|waitFor\w*|waitUntil|goto|click|fill|press|launch|spawn(Sync)?|exec(File)?(Sync)?)$/;
const CLOCKS = /^(Date\.now|performance\.now|process\.(hrtime|uptime)(\.bigint)?)$/;
const REAL_CLOCKS = /^(clock|system)\.(monotonic|now|uptime)$/;
/** Words for measured time, of which a busy machine has more. */
const DURATION = /took|elapsed|\blate(ness_ms)?\b|duration_ms|Date\.parse|\.now\(|monotonic\(/i;
/** A file with a stopwatch matches it, or has a real clock and matches the other. Durations of timer files have units. */
const SUSPECT =
  /AbortSignal|vi\.wait|['"](node:)?timers|\btimeout: *(?!\d+m?[smhd]\b)|(Date|performance)\.now|hrtime|process\.uptime|,\s*[\d_]+,?\s*\);/;
const SUSPECT_IF_REAL = /\.now\(|monotonic\(|uptime\(|toBeLessThan/;
const COMPARISONS = new Set(['-', '<', '<=', '>', '>=']);

/**
 * Returns the places of a test where the speed of the machine may decide the result, in the form `12:
 * AbortSignal.timeout(10)`. They are limits of single tests and polls, differences and comparisons of the machine's
 * time, and upper bounds on durations.
 */
export function stopwatchesIn(source: string): readonly string[] {
  // Under a fake clock, a duration is a fact.
  const isReal = /createSystemClock|new Desk/.test(source);
  // Parsing takes most of the time, and is avoided if possible.
  if (!SUSPECT.test(source) && !(isReal && SUSPECT_IF_REAL.test(source))) return [];
  const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  const file = ts.createSourceFile('file.ts', source, options, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isFound = isMeasured(node, isReal) || isSleep(node) || (ts.isCallExpression(node) && isJudged(node, isReal));
    if (isFound) found.push(placeOf(node, file));
    else ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function placeOf(node: ts.Node, file: ts.SourceFile): string {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return `${line + 1}: ${node.getText(file).replace(/\s+/g, ' ').slice(0, 80)}`;
}

const isSleep = (node: ts.Node): boolean =>
  ts.isImportDeclaration(node) && /^'(node:)?timers/.test(node.moduleSpecifier.getText());

/** A clock of the machine in a subtraction or comparison. */
const isMeasured = (node: ts.Node, isReal: boolean): boolean =>
  ts.isBinaryExpression(node) &&
  COMPARISONS.has(node.operatorToken.getText()) &&
  [node.left, node.right].some((side) => ts.isCallExpression(side) && isClock(side.expression.getText(), isReal));

const isClock = (callee: string, isReal: boolean): boolean =>
  CLOCKS.test(callee) || (isReal && REAL_CLOCKS.test(callee));

function isJudged({ expression: callee, arguments: args }: ts.CallExpression, isReal: boolean): boolean {
  const text = callee.getText();
  if (text === 'AbortSignal.timeout' || (text.startsWith('vi.wait') && !/POLL_LIMIT/.test(args[1]?.getText() ?? '')))
    return true;
  if (isReal && /\.toBeLessThan(OrEqual)?$/.test(text)) return DURATION.test(text);
  const isTest = TESTS.test(rootOf(callee));
  if (isTest && args.slice(1).some((argument) => ts.isNumericLiteral(argument))) return true;
  return (isTest || WAITS.test(text.replace(/^.*\./s, ''))) && args.some(hasLimit);
}

/** `test` of `test.skipIf(…).each(…)`. */
function rootOf(callee: ts.Expression): string {
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) return rootOf(callee.expression);
  return callee.getText();
}

const hasLimit = (argument: ts.Expression): boolean =>
  ts.isObjectLiteralExpression(argument) &&
  argument.properties.some(
    (property) =>
      ts.isPropertyAssignment(property) &&
      property.name.getText() === 'timeout' &&
      property.initializer.getText() !== 'POLL_LIMIT',
  );
