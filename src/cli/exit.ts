// How the tool ends: each kind of failure has a number, so that a script can tell them apart, and a sentence that says what to do.

export const EXIT = {
  ok: 0,
  /** The gateway refused, or something else went wrong. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** `plan --exit-code`: there is something to apply. */
  changes: 3,
  /** Nothing answered at the gateway's URL. */
  unreachable: 4,
  /** No credential, a wrong one, or one that may not do this. */
  denied: 5,
  not_found: 6,
  /** Something else has changed, or is in the way. */
  conflict: 7,
} as const

export type Exit = keyof typeof EXIT

/** What ends a command. Its message is shown as it is: it holds no secret. */
export class CliError extends Error {
  readonly exit: Exit
  /** What to do about it, a line each. */
  readonly hints: readonly string[]

  constructor(exit: Exit, message: string, hints: readonly string[] = []) {
    super(message)
    this.name = 'CliError'
    this.exit = exit
    this.hints = hints
  }
}

/** Ends a command that has said everything: what it found out is its exit code. */
export class Outcome extends Error {
  readonly exit: Exit

  constructor(exit: Exit) {
    super(exit)
    this.name = 'Outcome'
    this.exit = exit
  }
}
