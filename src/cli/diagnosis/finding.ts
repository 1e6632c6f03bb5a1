// What a check of `latchkey doctor` finds.

export interface Finding {
  readonly name: string
  readonly status: 'pass' | 'warn' | 'fail' | 'skip'
  readonly detail: string
  /** What to do; null where nothing is to be done. */
  readonly mend: string | null
}

export function found(
  name: string,
  status: Finding['status'],
  detail: string,
  mend: string | null = null,
): Finding {
  return { name, status, detail, mend }
}
