/** Calls `work`, and `onError` with what it throws. */
export function contain(work: () => void, onError: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    onError(error);
  }
}
