/** What is known about an error that should be impossible. */
export interface Bug {
  /** The message, in one line. */
  readonly error: string;
  /** For the developer who fixes it; absent if the thrown value has none. */
  readonly stack?: string;
}

/** Describes any thrown value. Never throws. */
export function bugOf(thrown: unknown): Bug {
  try {
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    return { error: oneLine(String(thrown)), ...(typeof stack === 'string' && { stack }) };
  } catch {
    return { error: 'something that cannot be printed was thrown' };
  }
}

const LONGEST = 500;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST);
