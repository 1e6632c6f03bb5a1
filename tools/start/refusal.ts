/**
 * Why a start cannot go on, as one sentence for the person at the terminal. Thrown by whatever finds it, shown in
 * start.ts alone. Anything else that is thrown is a defect of ours and keeps its stack.
 */
export class Refusal extends Error {
  /** The log whose last lines say more, if there is one. */
  readonly log: string | null

  constructor(sentence: string, log: string | null = null) {
    super(sentence)
    this.log = log
  }
}

/** The code of a system error (`EADDRINUSE`), or null for any other thrown value. */
export function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null
}
