// Runs one benchmark and prints its figures.
const { run } = await import(process.argv[2]);

/** A dash means that it could not be measured, for example because nothing ran in that time. */
function tell(value) {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString();
}

for (const { name, value, unit, peer } of await run()) {
  const ratio = value / (peer?.value ?? Number.NaN);
  const beside =
    peer === undefined
      ? ''
      : `   ${peer.name}: ${tell(peer.value)}   ratio ${Number.isFinite(ratio) ? ratio.toFixed(2) : '–'}`;
  console.log(`  ${name.padEnd(58)} ${tell(value).padStart(9)} ${unit.padEnd(10)}${beside}`);
}
process.exit(0);
