// Commands that are proposed to a person, who may paste them: what came from elsewhere must not become a command of its own.

/** One word of a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
