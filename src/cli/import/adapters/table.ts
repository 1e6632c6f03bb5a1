// The systems that keys are imported from.
import type { Adapter } from '../adapter.ts'
import { aws } from './aws.ts'
import { betterAuth } from './better-auth.ts'
import { kong } from './kong.ts'
import { csv, ndjson } from './plain.ts'
import { tyk } from './tyk.ts'
import { unkey } from './unkey.ts'
import { zuplo } from './zuplo.ts'

export const ADAPTERS = {
  unkey,
  'better-auth': betterAuth,
  kong,
  tyk,
  aws,
  zuplo,
  csv,
  ndjson,
} as const satisfies Readonly<{ [name: string]: Adapter }>

export type AdapterName = keyof typeof ADAPTERS
