// A plan as a form holds it: limits and quotas as texts, until they are sent. Pure.

export type Subject = 'key' | 'project' | 'organization'
export type Enforcement = 'exact' | 'leased' | 'async'
export type Algorithm = 'gcra' | 'sliding_log'
export type Outage = 'allow' | 'deny'
export type Period = 'hour' | 'day' | 'week' | 'month' | 'lifetime'

interface Common {
  readonly name: string
  readonly limit: number
  readonly per: Subject
  readonly enforcement: Enforcement
  readonly on_outage: Outage
}

export interface Limit extends Common {
  readonly period_seconds: number
  readonly burst: number | null
  readonly algorithm: Algorithm
}

export interface Quota extends Common {
  readonly period: Period
  readonly warn_at: number | null
}

/** What a new one begins with: what most people want. */
export const NEW_LIMIT: Limit = {
  name: 'per-minute',
  limit: 60,
  per: 'key',
  enforcement: 'leased',
  on_outage: 'allow',
  period_seconds: 60,
  burst: null,
  algorithm: 'gcra',
}

export const NEW_QUOTA: Quota = {
  name: 'monthly',
  limit: 10_000,
  per: 'organization',
  enforcement: 'leased',
  on_outage: 'allow',
  period: 'month',
  warn_at: 80,
}

export const SUBJECTS = [
  { value: 'key', label: 'Each key' },
  { value: 'project', label: 'Each project' },
  { value: 'organization', label: 'Each organization' },
] as const

export const ENFORCEMENTS = [
  { value: 'leased', label: 'Leased: fast, exact within a lease' },
  { value: 'exact', label: 'Exact: asks the counter each time' },
  { value: 'async', label: 'Afterwards: never waits' },
] as const

export const OUTAGES = [
  { value: 'allow', label: 'Let requests pass' },
  { value: 'deny', label: 'Refuse requests' },
] as const

export const ALGORITHMS = [
  { value: 'gcra', label: 'Evenly spread (GCRA)' },
  { value: 'sliding_log', label: 'Sliding window, exact' },
] as const

export const PERIODS = [
  { value: 'hour', label: 'Hour' },
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
  { value: 'lifetime', label: 'Lifetime' },
] as const

/** One of the options, or the first. */
export function pick<T extends string>(options: readonly { readonly value: T }[], value: string): T {
  const found = options.find((option) => option.value === value) ?? options[0]
  if (found === undefined) throw new Error('There is nothing to choose from.')
  return found.value
}
