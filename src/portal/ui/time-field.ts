// Times in a `datetime-local` field: in the reader's zone, to the minute, and nothing for never. Pure.

/** @param time RFC 3339, or null */
export function fieldOfTime(time: string | null): string {
  if (time === null) return ''
  const date = new Date(time)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** RFC 3339, or null. @param field as the browser gives it */
export function timeOfField(field: string): string | null {
  return field === '' ? null : new Date(field).toISOString()
}
