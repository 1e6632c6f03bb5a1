// What a deployment needs from outside, so that a test can be the outside.
export interface RunOptions {
  /** `terminal`: wrangler may ask. `none`: it must not. Else the text that it reads. */
  readonly stdin: 'terminal' | 'none' | { readonly text: string }
  readonly stdout: 'shown' | 'captured'
}

export interface RunResult {
  readonly code: number
  /** Empty when it was shown. */
  readonly stdout: string
  /** What wrangler wrote for machines (WRANGLER_OUTPUT_FILE_PATH), one value a line. */
  readonly records: readonly unknown[]
}

export interface DeployDeps {
  /** Runs wrangler with these arguments. */
  readonly run: (args: readonly string[], options: RunOptions) => Promise<RunResult>
  readonly fetch: (url: string) => Promise<Response>
  readonly now: () => number
  readonly sleep: (milliseconds: number) => Promise<unknown>
  /** A new random secret. */
  readonly mintSecret: () => string
  /** Progress. */
  readonly say: (line: string) => void
  /** The result: what the person keeps. */
  readonly show: (line: string) => void
}
