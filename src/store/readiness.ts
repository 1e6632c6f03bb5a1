// Does storage answer, with its tables? For the readiness probe only: it reads the truth, not a copy.
import { apiKeys } from '../model/schema/api-keys.ts'
import type { Databases } from './database.ts'
import { CONFIG_COPY_NAME } from './edge.ts'
import { probeTable } from './table-probe.ts'

/** Throws if a shard is unreachable or lacks its tables. The columns of `api_keys` stand for the newest migration. */
export async function probeShards({ shards }: Databases): Promise<void> {
  await Promise.all(shards.map((shard) => probeTable(shard, apiKeys)))
}

/** Throws if KV does not answer. What it holds does not matter: it is a copy. */
export async function probeKv(kv: KVNamespace): Promise<void> {
  await kv.get(CONFIG_COPY_NAME)
}
