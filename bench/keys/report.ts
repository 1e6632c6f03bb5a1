// Median and 95th percentile of each question, with few keys and with many, and how much longer the many take.
import { percentile } from '../statistics.ts'
import type { Question } from './questions.ts'

/** @param found by number of keys, then by question: milliseconds */
export function table(
  questions: readonly Question[],
  counts: readonly number[],
  found: readonly (readonly (readonly number[])[])[],
): string {
  const head = ['question', ...counts.flatMap((count) => [`${count} keys, ms`, 'p95']), 'ratio']
  const rows = questions.map(({ name }, i) => {
    const sorted = found.map((byQuestion) => (byQuestion[i] ?? []).toSorted((a, b) => a - b))
    const [few = 0, many = 0] = sorted.map((times) => percentile(times, 0.5))
    const cells = sorted.flatMap((times) => [percentile(times, 0.5), percentile(times, 0.95)])
    return [name, ...cells.map((ms) => ms.toFixed(1)), (many / few).toFixed(2)]
  })
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
