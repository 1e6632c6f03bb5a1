// `ETag` and `If-Match` (RFC 9110, sections 8.8.3 and 13.1.1): a change is made to the version that its author has seen, or not
// at all. The ETag of a resource is its version. There is no `If-None-Match`: answers are not for caches, and some of a key
// (whether it has expired, when it was used) changes without a new version.
import { createMiddleware } from 'hono/factory'
import { refuse, type Refusal } from '../problem.ts'
import { err, type Result } from '../result.ts'
import type { ControlEnv } from './deps.ts'
import { refused, refuseParameter } from './refused.ts'

const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e]*"$/

interface Versioned {
  readonly version: number
}

export function etagOf({ version }: Versioned): string {
  return `"${version}"`
}

/**
 * A decision that is made of the named version only. It is judged where the decision is, behind the head of the audit chain:
 * nobody else's change can come between the judgement and the write.
 * @param ifMatch the header as it came; undefined without one
 */
export function ifMatching<Row extends Versioned, Decided>(
  ifMatch: string | undefined,
  decide: (before: Row, at: number) => Decided,
): (before: Row, at: number) => Decided | Result<never, Refusal> {
  if (ifMatch === undefined) return decide
  return (before, at) => {
    const broken = brokenPrecondition(ifMatch, before)
    return broken === null ? decide(before, at) : err(broken)
  }
}

/** For what has no version: no tag can match it, and to ignore the header would lose somebody's change. */
export const withoutVersion = createMiddleware<ControlEnv>(async (c, next) => {
  const ifMatch = c.req.header('if-match')
  if (ifMatch === undefined || ifMatch.trim() === '*') return next()
  return refused(c, refuse('precondition_failed', { detail: 'This has no version: leave `If-Match` out.' }))
})

function brokenPrecondition(ifMatch: string, before: Versioned): Refusal | null {
  if (ifMatch.trim() === '*') return null
  // The only tags that are given out hold digits: a comma within a tag, which RFC 9110 allows, can match nothing.
  const tags = ifMatch.split(',').map((tag) => tag.trim())
  const named = tags.filter((tag) => tag !== '')
  if (named.length === 0 || !named.every((tag) => ENTITY_TAG.test(tag))) return malformed()
  // A strong comparison (section 8.8.3.2): a weak tag is equal to none.
  if (named.includes(etagOf(before))) return null
  return refuse('precondition_failed', { evidence: { version: before.version } })
}

function malformed(): Refusal {
  return refuseParameter('if-match', 'Takes entity tags in quotes, such as "3", or *.')
}
