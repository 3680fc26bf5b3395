/** A factor for the number of rounds: `ROUNDS=20 npx vitest run --project laws`. */
export const ROUNDS = Number(process.env['ROUNDS'] ?? 1);

/** The options of a law: how many random cases it must hold for. The count ends it, never the time. */
export const rounds = (usual: number, seed?: number): { numRuns: number; seed?: number } => ({
  numRuns: usual * ROUNDS,
  ...(seed !== undefined && { seed }),
});
